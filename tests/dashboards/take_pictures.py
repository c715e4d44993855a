"""Take the pictures of the dashboard that the README shows: `python tests/dashboards/take_pictures.py`.

Needs playwright and a chromium, as the browser tests do, and a font with Chinese letters (fonts-wqy-microhei).
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
WIDTH = 1440
READY = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"


def main() -> None:
    """Start a dashboard of its own, look at both pages, and keep what is seen."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if browser is None:
        sys.exit("no chromium is installed")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = int(s.getsockname()[1])
    with tempfile.TemporaryDirectory() as runs:
        words = ["-m", "aftersim", "dashboard", "--port", str(port), "--no-open", "--out", runs]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=quiet, stderr=quiet)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            with sync_playwright() as p:
                opened = p.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-dev-shm-usage"])
                for name, height, address, do in (
                    ("dashboard_compare", 1030, "/", None),
                    ("dashboard_scenario", 800, "/scenario", change),
                ):
                    page = opened.new_page(viewport={"width": WIDTH, "height": height}, locale="en-US")
                    page.goto(f"http://localhost:{port}{address}")
                    settle(page)
                    if do is not None:
                        do(page)
                    keep(page.screenshot(), PICTURES / f"{name}.png")
                opened.close()
        finally:
            server.terminate()
            server.wait(20)


def change(page: Any) -> None:
    """Make a change."""
    shrinkage = page.get_by_role("spinbutton", name="shrinkage [%]").first
    shrinkage.fill("15")
    shrinkage.press("Enter")
    page.get_by_text("agent_groups.chat_team.shrinkage: 15 %").wait_for()
    settle(page)


def settle(page: Any) -> None:
    """Wait until the page stands."""
    for _ in range(3):
        page.wait_for_selector(READY, timeout=60_000)
        page.wait_for_timeout(1000)


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("the dashboard does not start")


def keep(png: bytes, path: Path) -> None:
    """Write a picture as small as it can be without loss."""
    from PIL import Image

    Image.open(io.BytesIO(png)).convert("RGB").save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
