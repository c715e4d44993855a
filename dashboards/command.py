"""The command `dashboard`: the same questions in a browser, on this computer only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

LOOPBACK = "127.0.0.1"
LOCAL = ("localhost", "127.0.0.1", "::1")
APP = Path(__file__).parent / "app.py"


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Where the browser finds it."
)
@click.option("--host", metavar="ADDRESS", help="Listen on this address, too: everybody who reaches it can use it.")
@click.option(
    "--out",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where run folders are made, and found again.",
)
@click.option("--open/--no-open", "show", default=True, show_default=True, help="Open the browser.")
def dashboard(port: int, host: str | None, out: Path, show: bool) -> None:
    """Ask in a browser: change the desk, compare policies, see when it hurts.

    Only this computer can reach it, unless --host says otherwise. Stop it with Ctrl-C.

    \b
    Examples:
      aftersim dashboard
      aftersim dashboard --port 8600 --out my_runs
    """
    if host is not None and host not in LOCAL:
        click.echo(
            f"warning: everybody who reaches {host}:{port} can use the dashboard, start runs and read the results kept "
            f"in {out}; there is no password - leave --host out to keep it to this computer",
            err=True,
        )
    os.environ["AFTERSIM_RUNS"] = str(out.absolute())
    click.echo(f"dashboard: http://{'localhost' if host is None else host}:{port} (Ctrl-C stops it)", err=True)
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(APP), *server_options(port, host, show)]
    sys.exit(cli.main())


def server_options(port: int, host: str | None, show: bool) -> list[str]:
    """Options of the server; they stand above any settings of the user's own.

    Examples
    --------
    >>> server_options(8600, None, False)[:4]
    ['--server.port', '8600', '--server.address', '127.0.0.1']
    """
    hosts = [*LOCAL, *([host] if host is not None and host not in ("0.0.0.0", "::") else [])]
    options = ["--server.port", str(port), "--server.address", host or LOOPBACK]
    options += ["--server.headless", "false" if show else "true"]
    for name in hosts if host not in ("0.0.0.0", "::") else ["*"]:
        options += ["--server.allowedHosts", name]
    options += ["--server.enableXsrfProtection", "true", "--server.enableStaticServing", "false"]
    options += ["--server.enableAgentApi", "false", "--client.showErrorDetails", "none"]
    return [*options, "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]


COMMANDS: list[click.Command] = [dashboard]
"""What the command line collects from this module."""
