"""The listening page copied, without scripts, on a web server and in Snakemake's report."""

import functools
import http.server
import shutil
import threading
import time
import zipfile

import pytest

pytestmark = pytest.mark.browser


def test_without_its_surroundings_the_page_links_only_to_what_it_has(open_page, person, results, tmp_path):
    shutil.copytree(results / "listening", tmp_path / "copied")
    listening = person(open_page(path=tmp_path / "copied" / "index.html"))
    listening.wait("document.documentElement.classList.contains('alone')")
    listening.play_link("rain", "full").click()
    listening.wait("document.getElementById('position').value > 0.1")
    assert listening.page.get_by_role("link", name="WAV").is_hidden()
    assert listening.page.get_by_role("link", name="spectrograms").count() == 0
    assert listening.page.get_by_role("link", name="FLAC").is_visible()
    assert all("ERR_FILE_NOT_FOUND" in error for error in open_page.errors)
    open_page.errors.clear()


def test_without_scripts_each_cell_links_to_its_sound(browser, results):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((results / "listening" / "index.html").as_uri())
    assert page.get_by_role("link", name="Play Rain, full").is_visible()
    assert page.locator("#controls").is_hidden() and page.locator("#player").is_hidden()
    page.get_by_role("link", name="Play Rain, full").click()
    page.wait_for_url("**/audio/rain.full.flac")
    context.close()


class StrictHandler(http.server.SimpleHTTPRequestHandler):
    """A web server that forbids everything but the page's own files."""

    def end_headers(self):
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'",
        )
        super().end_headers()

    def do_GET(self):
        if self.path == "/favicon.ico":  # what browsers ask for by themselves
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web_site(results):
    handler = functools.partial(StrictHandler, directory=str(results))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/listening/index.html"
    server.shutdown()
    server.server_close()


def test_a_strict_content_security_policy_is_kept(open_page, person, web_site):
    listening = person(open_page(url=web_site))
    listening.play_link("rain", "full").click()
    deadline = time.monotonic() + 10
    while listening.position < 0.1:
        assert time.monotonic() < deadline
        listening.page.wait_for_timeout(50)
    assert listening.page.locator("#player").evaluate("player => getComputedStyle(player).position") == "sticky"


def test_the_page_is_in_the_report(study, snakemake, open_page, person, tmp_path):
    snakemake(study, "--report", str(tmp_path / "report.zip"))
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        archive.extractall(tmp_path)
    page = open_page(path=tmp_path / "report" / "report.html")
    page.get_by_text("Results").first.click()
    page.get_by_text("Originals and syntheses").wait_for()
    page.locator("table a").first.click()
    page.locator("iframe").wait_for()
    inside = page.frames[1]
    inside.wait_for_load_state()
    inside.get_by_role("button", name="Play Rain, full").click()
    inside.wait_for_function("document.getElementById('position').value > 0.1")
    assert inside.get_by_role("link", name="WAV").is_hidden()
    # What the report itself warns of, and the probe for what lies outside.
    known = ("cdn.tailwindcss.com should not be used", "ERR_FILE_NOT_FOUND")
    assert [error for error in open_page.errors if not any(text in error for text in known)] == []
    open_page.errors.clear()
