"""Three journeys in a real browser: run and cancel, compare, a shared address. Nothing is asked of anybody outside."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import place
from dashboards.screens.compare import answer
from dashboards.views.kept_view import put_view
from dashboards.wording import words

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium here")

PROBES = ("_stcore/health", "_stcore/host-config")
"""What Streamlit asks for on a cold deep link to find its own path; it logs two 404 for them."""

READY = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
LONG = 60_000


@pytest.fixture(scope="module")
def place_of_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of the runs of the server."""
    return tmp_path_factory.mktemp("browser") / "runs"


@pytest.fixture(scope="module")
def server(place_of_runs: Path) -> Iterator[str]:
    """The dashboard as people start it; gives its address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = int(s.getsockname()[1])
    command = ["-m", "aftersim", "dashboard", "--port", str(port), "--no-open", "--out", str(place_of_runs)]
    process = subprocess.Popen(
        [sys.executable, *command], cwd=place.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://localhost:{port}"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all journeys."""
    with sync_api.sync_playwright() as p:
        made = p.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield made
        made.close()


class Visitor:
    """Somebody with a browser of their own, who notices whatever goes wrong."""

    def __init__(self, browser: Any, server: str, **context: Any) -> None:
        self.server = server
        self.context = browser.new_context(viewport={"width": 1300, "height": 1000}, **context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not any(probe in message.location.get("url", "") for probe in PROBES):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.server, self.server.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"outside request: {request.url}")

    def goes_to(self, address: str) -> None:
        """Open a page and wait until it stands."""
        self.page.goto(f"{self.server}{address}")
        self.settles()

    def settles(self) -> None:
        """Wait until nothing moves any more."""
        self.page.wait_for_selector(READY)
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector(READY)
        assert self.page.get_by_test_id("stException").count() == 0

    def reads(self, text: str, timeout: int = LONG) -> None:
        """Wait for a text."""
        self.page.get_by_text(text).first.wait_for(timeout=timeout)

    def leaves(self) -> None:
        """Close the browser; nothing may have gone wrong meanwhile."""
        self.context.close()
        assert self.wrong == []


def test_a_run_outlives_a_refresh_and_is_cancelled(browser: Any, server: str) -> None:
    """Change a number, run, refresh while it runs; nobody else sees it; cancel."""
    say = words("en")
    one = Visitor(browser, server, locale="en-US")
    one.goes_to("/scenario?base=baseline")
    shrinkage = one.page.get_by_role("spinbutton", name="shrinkage [%]").first
    shrinkage.fill("14")
    shrinkage.press("Enter")
    one.reads("agent_groups.chat_team.shrinkage: 14 %")
    one.page.get_by_role("button", name=say("scenario.run_changes")).click()
    one.page.get_by_test_id("stProgress").wait_for(timeout=LONG)
    one.page.reload()
    one.page.get_by_test_id("stProgress").wait_for(timeout=LONG)
    two = Visitor(browser, server, locale="en-US")
    two.goes_to("/scenario?base=small_shop")
    assert two.page.get_by_test_id("stProgress").count() == 0, "a run belongs to the session that started it"
    two.leaves()
    one.page.get_by_role("button", name=say("run.cancel")).click()
    one.reads(say("run.cancelled"))
    assert one.page.get_by_test_id("stProgress").count() == 0
    one.leaves()


def test_policies_are_compared(browser: Any, server: str) -> None:
    """Put a policy of one's own beside the base and read what it changes: tiles, heat maps, waits, table."""
    say = words("en")
    me = Visitor(browser, server, locale="en-US")
    me.goes_to("/scenario?base=small_shop")
    me.page.get_by_role("spinbutton", name="shrinkage [%]").first.fill("30")
    me.page.get_by_role("spinbutton", name="shrinkage [%]").first.press("Enter")
    me.reads("agent_groups.desk.shrinkage: 30 %")
    me.page.get_by_role("button", name=say("scenario.run_changes")).click()
    me.reads(say("scenario.result"))
    me.page.get_by_role("button", name=say("scenario.see")).click()
    me.reads(say("table.title"))
    me.settles()
    assert me.page.get_by_test_id("stMetric").count() >= 2
    assert me.page.get_by_test_id("stVegaLiteChart").count() == 3
    assert me.page.get_by_test_id("stMetricDelta").count() >= 1
    me.reads(say.policy("my_changes"))
    me.page.get_by_text(say("details.title")).click()
    me.reads("aftersim compare --on")
    me.leaves()


def test_a_shared_address_shows_the_same(
    browser: Any, server: str, place_of_runs: Path, view: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link opens the result for somebody else, in the language of the link; in Chinese for a Chinese browser."""
    monkeypatch.setenv(place.RUNS, str(place_of_runs))
    name = put_view(view, "shared")
    guest = Visitor(browser, server, locale="de-DE")
    guest.goes_to(f"/?view={name}&lang=zh")
    guest.reads(answer(view, words("zh")))
    guest.page.get_by_test_id("stButtonGroup").get_by_text(words("zh").policy("sixth_agent")).click()
    guest.settles()
    tiles = [t for t in view["words"]["zh"]["tiles"] if t["policy"] == 2]
    guest.reads(tiles[0]["value"])
    guest.page.get_by_role("link", name=words("zh")("page.scenario")).click()
    guest.reads(words("zh")("change.title"))
    assert "lang=zh" in guest.page.url and name in guest.page.url
    guest.leaves()
    other = Visitor(browser, server, locale="zh-CN")
    other.goes_to(f"/?view={name}")
    other.reads(answer(view, words("zh")))
    other.leaves()
