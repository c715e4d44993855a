"""`aftersim dashboard`: this computer only, unless somebody says otherwise."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboards import command, place


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def started(root: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """A server that was started as the test says; gives its port."""
    port = free_port()
    words = [sys.executable, "-m", *[w.format(port=port, out=root) for w in request.param]]
    server = subprocess.Popen(words, cwd=place.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as found:
                    assert found.read() == b"ok"
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system does not tell its sockets here")
@pytest.mark.parametrize(
    "started",
    [
        ("aftersim", "dashboard", "--port", "{port}", "--out", "{out}", "--no-open"),
        ("streamlit", "run", "dashboards/app.py", "--server.port", "{port}"),
    ],
    indirect=True,
    ids=["command", "streamlit"],
)
def test_only_this_computer_is_listened_to(started: int) -> None:
    """The listening socket is bound to the loopback address, however the dashboard was started."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].rsplit(":", 1)
            if fields[3] == "0A" and int(port, 16) == started:
                found.append(address)
    assert found == ["0100007F"]


def test_the_settings_are_safe_whoever_starts_it() -> None:
    """Loopback, known hosts, XSRF, no traces for strangers, nothing sent home, no folder called pages."""
    told = tomllib.loads((place.ROOT / "dashboards/.streamlit/config.toml").read_text(encoding="utf-8"))
    server = told["server"]
    assert server["address"] == "127.0.0.1" and server["enableXsrfProtection"] is True
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1", "::1"} and server["maxUploadSize"] <= 20
    assert server["enableAgentApi"] is False and server["enableStaticServing"] is False
    assert told["client"]["showErrorDetails"] == "none" and told["browser"]["gatherUsageStats"] is False
    assert not (place.ROOT / "dashboards" / "pages").exists()


def test_another_address_needs_the_flag_and_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """--host says who can then use it, before the server starts."""
    from streamlit.web import cli

    asked: list[list[str]] = []
    monkeypatch.setattr(cli, "main", lambda: asked.append(list(sys.argv)))
    monkeypatch.setenv(place.RUNS, os.environ[place.RUNS])
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    quiet = CliRunner().invoke(command.dashboard, ["--no-open"])
    loud = CliRunner().invoke(command.dashboard, ["--no-open", "--host", "192.0.2.1"])
    assert quiet.exit_code == loud.exit_code == 0
    assert "warning" not in quiet.output and "there is no password" in loud.output
    first, second = asked
    assert first[first.index("--server.address") + 1] == "127.0.0.1" and "192.0.2.1" not in first
    assert second[second.index("--server.address") + 1] == "192.0.2.1"


def test_other_commands_do_not_wait_for_streamlit() -> None:
    """The dashboard is imported when it is asked for."""
    script = "import sys, atexit, aftersim; atexit.register(lambda: print('streamlit' in sys.modules)); "
    script += "aftersim.main(['dashboard', '--help'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=place.ROOT, check=True)
    assert done.stdout.rstrip().endswith("False")
