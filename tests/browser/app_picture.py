"""Make the picture of the app in the README: ``python tests/browser/app_picture.py docs/images/app.png`` (minutes)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

_MINUTES = 60_000


def main():
    """Start the app in an empty folder, make three sounds, and photograph the page."""
    program = Path(sys.executable).with_name("texture-core")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "Textures"
        command = [program, "app", "--folder", folder, "--port", "0", "--threads", "1", "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
            try:
                _photograph(app.stdout.readline().strip(), sys.argv[1])
            finally:
                app.terminate()


def _photograph(address, path):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1240, "height": 800}, reduced_motion="reduce")
        page.set_default_timeout(30 * _MINUTES)
        page.goto(address)
        page.get_by_role("button", name="Take the demo sound crickets").click()
        page.get_by_role("button", name="Play Crickets", exact=True).wait_for()
        page.get_by_role("button", name="Take the demo sound rain").click()
        page.get_by_role("button", name="Play Rain", exact=True).wait_for()
        page.get_by_role("checkbox", name="crickets").set_checked(False)
        for loop in (True, False):
            page.get_by_label("seamless loop").set_checked(loop)
            page.get_by_label("Length, s").fill("3" if loop else "5")
            page.get_by_role("button", name="Make").click()
            page.get_by_role("button", name=f"Play Rain: {'loop, 3' if loop else 'texture, 5'} s").wait_for()
        page.get_by_role("button", name="Make").click()
        page.get_by_text("left").wait_for()
        page.get_by_role("button", name="Play Rain: loop").click()
        page.wait_for_timeout(2500)
        page.screenshot(path=path)
        chromium.close()


if __name__ == "__main__":
    main()
