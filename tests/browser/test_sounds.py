"""Stereo, loops, takes and any classes on the listening page, in a real browser, and a page of a whole library."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
from score_records import record

from texture_core.report.listening import write_page
from texture_core.report.listening_media import Sound, TextureRow, write_media
from texture_core.report.table1 import table1

pytestmark = pytest.mark.browser

RATE = 22050
COLUMNS = ["default", "loops-1", "loops-2"]
ROWS = [("forest_birds", "Birds", "forest/at night", ""), ("roof", "Rain on a roof", "city", "wet")]


def write(path, seconds, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another sound on each side.
    sides = np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2)) * (0.05, 0.01)
    soundfile.write(path, sides, RATE)
    return path


def records(rows):
    return [
        record(row.name, column, row.texture_class, row.also_class, diversity=1.0 + len(row.name) + number)
        | {"title": row.title}
        for row in rows
        for number, column in enumerate(COLUMNS)
    ]


@pytest.fixture(scope="module")
def sounds_page(tmp_path_factory):
    """A page of two stereo recordings, each with a texture and two takes of a loop; the files are beside it."""
    results = tmp_path_factory.mktemp("my sounds")
    rows = []
    for number, (name, title, *classes) in enumerate(ROWS):
        made = {
            "default": Sound(write(results / f"default/audio/{name}.flac", 2.0, number)),
            "loops-1": Sound(write(results / f"loops/audio/{name}-1.wav", 5.0, 10 + number), loop=True),
            "loops-2": Sound(write(results / f"loops/audio/{name}-2.wav", 5.0, 20 + number), loop=True),
        }
        original = Sound(write(results / f"recordings/{name}.wav", 2.0, 30 + number))
        rows.append(TextureRow(name, title, *classes, original, made))
    media = [write_media(results / "listening", row, COLUMNS) for row in rows]
    scores = records(rows)
    write_page(
        results / "listening", corpus="sounds", rows=media, records=scores, table=table1(scores, settings=COLUMNS)
    )
    return results / "listening/index.html", media


@pytest.fixture
def shown(open_page, person, sounds_page):
    return person(open_page(path=sounds_page[0]))


def cell(listening, texture, column):
    return listening.page.locator(f"#texture-{texture} td[data-setting='{column}']")


def test_a_cell_says_what_its_file_is_and_links_to_it(shown, sounds_page):
    row = shown.page.locator("#texture-roof")
    assert row.locator(".facts").inner_text() == "city, wet · stereo, 22.05 kHz, 2.0 s"
    loop = cell(shown, "roof", "loops-2").locator(".file")
    assert loop.inner_text().startswith("stereo, 22.05 kHz, loop of 5.0 s, played 3 times WAV")
    link = loop.locator("a")
    assert link.is_visible()
    assert link.get_attribute("href") == "../loops/audio/roof-2.wav"
    assert (sounds_page[0].parent / link.get_attribute("href")).resolve().is_file()
    assert cell(shown, "roof", "default").locator(".file a").inner_text().startswith("FLAC")
    cell(shown, "roof", "default").locator("a.play").click()
    assert shown.page.locator("#source").inner_text() == "FLAC"
    cell(shown, "roof", "loops-1").locator("a.play").click()
    assert shown.page.locator("#source").inner_text() == "WAV"


def test_the_sounds_are_stereo_for_the_browser_too(shown):
    """Decoded by the browser itself: what it plays has two different channels, and a loop repeats exactly."""
    cell(shown, "forest_birds", "loops-1").locator("a.play").click()
    shown.wait("document.getElementById('position').value > 0.1")
    assert shown.heard == ["forest_birds.loops-1.flac"]
    samples, _ = soundfile.read(
        shown.page.url.removeprefix("file://").partition("index.html")[0].replace("%20", " ")
        + "audio/forest_birds.loops-1.flac"
    )
    assert samples.shape == (15 * RATE, 2)
    assert np.abs(samples[:, 0]).mean() > 3 * np.abs(samples[:, 1]).mean()
    assert shown.page.evaluate("audioElements.find(sound => !sound.paused).duration") == pytest.approx(15.0, abs=0.1)


def test_loops_go_on_and_other_sounds_end_without_the_box(shown):
    page = shown.page
    page.locator("a.play").first.click()
    page.locator("#loop").uncheck()
    for column, loops in [("loops-1", True), ("default", False), ("loops-2", True), ("", False)]:
        cell(shown, "roof", column).locator("a.play").click()
        shown.wait("audioElements.filter(sound => !sound.paused).length === 1")
        assert page.evaluate("audioElements.find(sound => !sound.paused).loop") is loops


def test_takes_are_compared_like_settings(shown):
    page = shown.page
    cell(shown, "roof", "loops-1").locator("a.play").click()
    page.select_option("#a", "loops-2")
    shown.wait("audioElements.some(sound => !sound.paused && sound.currentSrc.endsWith('roof.loops-2.flac'))")
    assert shown.playing == ["roof/loops-2"]


@pytest.mark.parametrize(
    ("chosen", "rows"), [("forest/at night", ["forest_birds"]), ("wet", ["roof"]), ("", ["forest_birds", "roof"])]
)
def test_any_class_can_be_chosen(shown, chosen, rows):
    shown.page.select_option("[name=class]", chosen)
    assert shown.rows == rows
    assert shown.page.locator("table.mean").first.locator("th[scope=col]").count() == 4


# ---- a library


@pytest.fixture(scope="module")
def library(sounds_page):
    """A page of 3,000 recordings with 3 sounds each: the cells of two, repeated under addresses of their own."""
    path, media = sounds_page
    rows = []
    for number in range(3000):
        source = media[number % len(media)]
        texture = replace(
            source.texture, name=f"{source.texture.name}_{number}", title=f"{source.texture.title} {number}"
        )
        cells = {
            column: replace(
                one, url=f"{one.url}?{number}", picture=replace(one.picture, url=f"{one.picture.url}?{number}")
            )
            for column, one in source.cells.items()
        }
        rows.append(replace(source, texture=texture, cells=cells))
    scores = records([row.texture for row in rows])
    write_page(path.parent, corpus="library", rows=rows, records=scores, table=table1(scores, settings=COLUMNS))
    return path


def test_3000_recordings_with_3_sounds_each_open_within_seconds(browser, library, wait_for_pictures, processor_seconds):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(library.as_uri(), wait_until="commit")
    page.wait_for_function("!document.getElementById('controls').hidden")
    passed = page.evaluate("new Promise(done => requestAnimationFrame(() => done(performance.now() / 1000)))")
    computed = processor_seconds(page)
    print(f"3,000 x 3 sounds on the screen in {computed:.2f} s of a processor, {passed:.2f} s after navigation began")
    assert computed < 4
    assert page.locator("#sounds tbody tr").count() == 3000
    # Nothing is loaded but what is seen, here and after a jump to the end.
    wait_for_pictures(page)
    del requests[:]
    started = page.evaluate("performance.now()")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("document.querySelector('#sounds tbody tr:last-child img').complete")
    scrolled = (page.evaluate("performance.now()") - started) / 1000
    print(f"its end in sight after {scrolled:.2f} s")
    assert scrolled < 6
    pictures = {url for url in requests if ".png" in url}
    assert 0 < len(pictures) < 400
    assert not any(".flac" in url for url in requests)
    # A name is found as it is typed.
    page.fill("[name=name]", "roof 2999")
    page.wait_for_function("document.getElementById('count').textContent.startsWith('1 of 3000')")
    context.close()
