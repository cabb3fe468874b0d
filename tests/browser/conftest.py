"""What the browser tests share: a real run of the demo, and a real Chromium that opens its page from disk."""

import re
import shutil
from pathlib import Path

import processes
import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
OPTIONS = [
    *("--cores", "2", "--snakefile", str(CHECKOUT / "Snakefile")),
    *("--workflow-profile", str(CHECKOUT / "workflow/profiles/default"), "--configfile", "study.yaml"),
]
# Seconds of real synthesis; what is tested is the page.
STUDY = {
    "textures": ["tapping", "chimes", "rain"],
    "audio": {"duration": 3.0},
    "defaults": {
        "features": {"filters": 2, "kernel_widths": [2, 4]},
        "autocorrelation": {"minimum_lag": 0.05, "maximum_lag": 0.2},
        "optimizer": {"iterations": 3},
        "inversion": {"iterations": 2},
        "snapshots": [1],
    },
    "exhibits": ["evolution"],
    "settings": {"gram": {"alpha": 0, "beta": 0}, "full": {"alpha": 5.0, "beta": 1.0e-4}},
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# Lets tests look at the sounds themselves, which the page keeps to itself.
REMEMBER_SOUNDS = """
    window.audioElements = [];
    window.Audio = class extends Audio {
        constructor(...options) {
            super(...options);
            window.audioElements.push(this);
        }
    };
"""


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser; skips where there is none."""
    pytest.importorskip("playwright.sync_api", reason="playwright cannot be imported here")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed; on Debian: apt install chromium")
    return path


# Not of the session: until Playwright is stopped, nothing else in the process can run an event loop.
@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def study(chromium, made_once):
    """A folder in which Snakemake ran the demo, small; nothing runs where there is no browser."""

    def make(folder):
        folder.mkdir()
        (folder / "study.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False))
        run_snakemake(folder)

    return made_once("a study", make)


def run_snakemake(folder, *arguments):
    done = processes.run_snakemake(folder, *OPTIONS, *arguments, patience=600)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def snakemake():
    return run_snakemake


@pytest.fixture(scope="session")
def results(study):
    return study / "results" / "demo"


@pytest.fixture
def new_page(browser):
    """Opens empty pages, each in a context of its own; none may report an error."""
    contexts, errors = [], []

    def new_page(script, **options):
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(script)
        page = context.new_page()
        # Long, because other work may have the machine.
        page.set_default_timeout(90_000)
        page.on("console", lambda message: errors.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    new_page.errors = errors
    yield new_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def open_page(new_page, results):
    """Opens a page (that of the run, unless another is named) as often as wanted; no page may report an error."""

    def open_page(
        fragment="", *, path=results / "listening" / "index.html", url=None, width=1280, height=900, **options
    ):
        page = new_page(REMEMBER_SOUNDS, viewport={"width": width, "height": height}, **options)
        page.goto((url or path.as_uri()) + fragment)
        return page

    open_page.errors = new_page.errors
    return open_page


class Listening:
    """What a person does and sees on a page."""

    def __init__(self, page):
        self.page = page

    def play_link(self, texture, setting="original"):
        title = {"tapping": "Tapping", "chimes": "Wind chimes", "rain": "Rain"}[texture]
        return self.page.get_by_role("button", name=re.compile(f"^Play {title}.*, {setting}$"))

    @property
    def position(self):
        return float(self.page.locator("#position").input_value())

    @property
    def playing(self):
        """Texture and setting of the cells whose button says that they play."""
        return self.page.eval_on_selector_all(
            "a.play[aria-pressed=true]",
            "links => links.map(link => `${link.closest('tr').dataset.name}/${link.closest('td').dataset.setting}`)",
        )

    @property
    def heard(self):
        """File names of the sounds that really play."""
        # A sound that was told to play counts as playing before the browser has looked at where it comes from.
        self.wait("audioElements.every(sound => sound.paused || sound.currentSrc)")
        return self.page.evaluate(
            "audioElements.filter(sound => !sound.paused).map(sound => sound.currentSrc.split('/').at(-1))"
        )

    @property
    def selected(self):
        return self.page.eval_on_selector_all(
            "td.selected", "cells => cells.map(cell => `${cell.closest('tr').dataset.name}/${cell.dataset.setting}`)"
        )

    @property
    def rows(self):
        """Names of the rows that are shown, from above."""
        return self.page.eval_on_selector_all(
            "#sounds tbody tr",
            "rows => rows.filter(row => row.offsetHeight)"
            ".sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)"
            ".map(row => row.dataset.name)",
        )

    def wait(self, expression):
        self.page.wait_for_function(expression)


@pytest.fixture
def listening(open_page):
    """The run's page at a desktop's size."""
    return Listening(open_page())


@pytest.fixture(scope="module")
def person():
    return Listening


@pytest.fixture(scope="module")
def wait_for_pictures():
    """Waits until a page and the pictures of its first row are loaded.

    Not for a silent network, which Playwright sometimes never reports of a local page.
    """

    def wait(page):
        page.wait_for_load_state("load")
        page.wait_for_function(
            "[...document.querySelectorAll('#sounds tbody tr:first-child img')]"
            ".every(image => image.complete && image.naturalWidth)"
        )

    return wait


@pytest.fixture(scope="module")
def processor_seconds():
    """Returns what a page's process has computed so far; unlike the time that passed, it hardly knows of other work."""

    def processor_seconds(page):
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ProcessTime")

    return processor_seconds
