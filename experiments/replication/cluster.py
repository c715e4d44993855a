"""Beyond one machine: the same calls on a Dask cluster."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")

ADDRESS = re.compile(r"local:([1-9][0-9]{0,2})|((?:tcp|tls|ws|wss)://\S+:[0-9]+)")

MOST_DEATHS = 10
"""Workers that may die over one call before it is taken for the culprit."""

SECONDS_TO_CONNECT = 10


class ClusterProblem(Exception):
    """A cluster that cannot be used, in words for people."""


class Cluster(Executor):
    """Workers of a Dask cluster as an Executor; a call whose worker dies is made again by another one.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    address : str
        As given, for messages.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self.address = address
        self._calls: set[Any] = set()

    @property
    def workers(self) -> int:
        """Calls that can run at the same time now."""
        return max(sum(self._client.nthreads().values()), 1)

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Send a call; its result, or the exception it raised, comes with the future."""
        future: Future[Result] = Future()
        self._send(future, MOST_DEATHS, fn, args, kwargs)
        return future

    def _send(self, future: Future[Any], lives: int, fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
        from distributed import KilledWorker

        call = self._client.submit(fn, *args, pure=False, **kwargs)
        self._calls.add(call)

        def arrived(call: Any) -> None:
            self._calls.discard(call)
            if future.cancelled():
                return
            if call.status == "finished":
                try:
                    future.set_result(call.result())
                except Exception as error:  # the result was lost on its way
                    future.set_exception(self._lost(error))
                return
            if call.status == "cancelled":
                future.set_exception(self._lost())
                return
            raised = call.exception()
            if isinstance(raised, KilledWorker) and lives > 1:
                self._send(future, lives - 1, fn, args, kwargs)
            elif isinstance(raised, KilledWorker):
                words = f"{self.address}: {MOST_DEATHS} workers in turn ended over the same work; is their memory full?"
                future.set_exception(ClusterProblem(words))
            else:
                future.set_exception(raised)

        call.add_done_callback(arrived)
        future.add_done_callback(lambda future: call.cancel() if future.cancelled() else None)

    def _lost(self, error: Exception | None = None) -> ClusterProblem:
        reason = f" ({error})" if error is not None and str(error) else ""
        return ClusterProblem(f"{self.address}: the connection to the scheduler was lost{reason}")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Drop what has not finished, if asked to; the cluster is closed by whoever opened it."""
        if cancel_futures:
            self._client.cancel(list(self._calls))


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Start worker processes here, or connect to the scheduler of a cluster.

    Parameters
    ----------
    address : str
        `local:2` for two worker processes on this machine, or a scheduler such as `tcp://10.0.0.5:8786`.

    Raises
    ------
    ClusterProblem
        The address cannot be read, the extra is not installed, or nobody answers there.
    """
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise ClusterProblem(f'--cluster: got "{address}"; local:2 or tcp://host:port is expected')
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ClusterProblem(
            "--cluster needs the extra cluster: pip install -c constraints.txt -e '.[cluster]'"
        ) from None
    quiet = {"distributed.scheduler.allowed-failures": 3, "distributed.admin.tick.limit": "30s"}
    before = logging.getLogger("distributed").level
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # deaths of workers are our business, not the user's
    with dask.config.set(quiet):
        try:
            if found[1]:
                local = LocalCluster(
                    n_workers=int(found[1]),
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
                with local, Client(local, set_as_default=False) as client:
                    yield Cluster(client, address)
                return
            try:
                client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
            except (OSError, TimeoutError, ValueError) as error:
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise ClusterProblem(
                    f"{address}: no scheduler answers there ({reason}) - start one with dask scheduler"
                ) from None
            with client:
                if not client.nthreads():
                    raise ClusterProblem(f"{address}: the scheduler has no workers - start some with dask worker")
                yield Cluster(client, address)
        finally:
            logging.getLogger("distributed").setLevel(before)
