"""Hear and compare on the listening page, in a real browser, opened from disk."""

import shutil

import pytest
from listening_page import SECONDS, SETTINGS

pytestmark = pytest.mark.browser


def test_a_cell_plays_and_its_position_advances(listening):
    listening.play_link("rain", "full").click()
    listening.wait("document.getElementById('position').value > 0.3")
    assert listening.heard == ["rain.full.flac"]
    assert listening.playing == ["rain/full"]
    first = listening.position
    listening.wait(f"document.getElementById('position').value > {first + 0.3}")
    playhead = listening.page.locator("td.selected .playhead").evaluate("line => parseFloat(line.style.left)")
    assert first / SECONDS * 100 < playhead < 100
    listening.page.get_by_role("button", name="Pause", exact=True).click()
    assert listening.heard == []
    # The browser may report the place once more, a hundredth later, after the sound has stopped.
    listening.page.wait_for_timeout(300)
    paused = listening.position
    listening.page.wait_for_timeout(300)
    assert listening.position == paused > first
    listening.page.get_by_role("button", name="Play", exact=True).click()
    listening.wait(f"document.getElementById('position').value > {paused}")
    assert listening.heard == ["rain.full.flac"]


def test_a_and_b_are_heard_at_the_same_position(listening):
    page = listening.page
    picture = listening.play_link("chimes", "full").locator("xpath=..").locator(".picture")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] / 3, "y": box["height"] / 2})
    listening.wait("audioElements.some(sound => !sound.paused && sound.currentTime > 1)")
    for key, name in [
        ("a", "chimes/"),
        ("b", "chimes/full"),
        ("x", "chimes/"),
        ("x", "chimes/full"),
        ("1", "chimes/gram"),
    ]:
        # Stopped, so that the time that the test takes is not in what it measures.
        page.keyboard.press(" ")
        page.locator("#position").fill("1.25")
        assert listening.heard == []
        page.evaluate(
            "window.started = null;"
            "document.addEventListener('keydown', () => setTimeout(() => {"
            "window.started = document.getElementById('position').value; }), {once: true})"
        )
        page.keyboard.press(key)
        listening.wait("started !== null && audioElements.filter(sound => !sound.paused).length === 1")
        assert float(page.evaluate("started")) == pytest.approx(1.25, abs=0.1)
        assert listening.playing == [name]
    assert listening.heard == ["chimes.gram.flac"]


def test_changing_while_it_plays_keeps_the_position_and_leaves_one_sound(listening):
    listening.play_link("chimes", "full").click()
    listening.wait("audioElements.some(sound => !sound.paused && sound.currentTime > 0.5)")
    measured = listening.page.evaluate(
        """async () => {
            const old = audioElements.find((sound) => !sound.paused);
            const before = old.currentTime;
            const start = performance.now();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
            while (!old.paused && performance.now() < start + 5000) {
                await new Promise((done) => setTimeout(done, 1));
            }
            const now = audioElements.filter((sound) => !sound.paused);
            const elapsed = (performance.now() - start) / 1000;
            return { count: now.length, ahead: now[0].currentTime - before, elapsed };
        }"""
    )
    assert measured["count"] == 1
    assert -0.01 <= measured["ahead"] <= measured["elapsed"] + 0.05
    assert listening.heard == ["chimes.flac"]


def test_what_b_is_follows_the_cell_and_can_be_chosen(listening):
    listening.play_link("rain", "gram").click()
    assert listening.page.get_by_label("B is").input_value() == "gram"
    listening.page.get_by_label("A is").select_option("full")
    assert listening.selected == ["rain/full"]
    listening.page.get_by_role("button", name="Hear B").click()
    assert listening.selected == ["rain/gram"]
    assert listening.page.locator("tr", has=listening.page.locator(".selected")).locator(".mark").all_inner_texts() == [
        "B",
        "A",
    ]


def test_another_row_starts_at_its_beginning_and_ends_the_first(listening):
    listening.play_link("rain", "full").click()
    listening.wait("document.getElementById('position').value > 1")
    listening.play_link("chimes").click()
    assert listening.position < 0.8
    listening.wait("audioElements.filter(sound => !sound.paused).length === 1")
    assert listening.heard == ["chimes.flac"]


def test_without_a_loop_a_sound_ends(listening):
    listening.play_link("rain").click()
    listening.page.get_by_label("loop").uncheck()
    picture = listening.play_link("rain").locator("xpath=..").locator(".picture")
    picture.click(position={"x": 0.95 * picture.bounding_box()["width"], "y": 20})
    listening.wait("audioElements.some(sound => sound.ended)")
    assert listening.page.get_by_role("button", name="Play", exact=True).is_visible()


def test_the_last_moments_are_played_but_not_jumped_into(listening):
    listening.play_link("rain").click()
    listening.page.get_by_role("button", name="Pause", exact=True).click()
    listening.page.locator("#position").press("End")
    reach = float(listening.page.locator("td.selected").get_attribute("data-reach"))
    listening.wait("!audioElements.some(sound => sound.seeking)")
    assert listening.position == pytest.approx(reach, abs=0.01)
    assert SECONDS - 0.5 < reach < SECONDS


def test_sounds_can_be_heard_as_loud_as_they_were(listening):
    listening.play_link("tapping").click()
    volumes = "audioElements.filter(sound => sound.src.endsWith('flac')).map(sound => sound.volume)"
    assert set(listening.page.evaluate(volumes)) == {1}
    listening.page.get_by_label("equally loud").uncheck()
    gains = listening.page.locator("#texture-tapping td").evaluate_all("cells => cells.map(cell => cell.dataset.gain)")
    levels = [10 ** (-float(gain) / 20) for gain in gains]
    # A and B are loaded: the original and full.
    expected = [levels[0] / max(levels), levels[2] / max(levels)]
    assert listening.page.evaluate(volumes) == pytest.approx(expected, abs=1e-6)
    assert min(expected) < 0.99


def test_exhibits_are_shown_and_heard_one_at_a_time(listening):
    section = listening.page.locator("#exhibit-evolution")
    for picture in section.locator("img").all():
        picture.scroll_into_view_if_needed()
        listening.page.wait_for_function("picture => picture.naturalWidth > 0", arg=picture.element_handle())
    assert section.locator("img").count() == 3 * len(SETTINGS)
    assert section.locator("audio").count() == 2 * 3 * len(SETTINGS)
    listening.play_link("rain", "full").click()
    listening.wait("audioElements.some(sound => !sound.paused && sound.currentTime > 0)")
    section.locator("audio").first.evaluate("player => player.play()")
    assert listening.heard == []
    listening.play_link("rain").click()
    listening.wait("audioElements.some(sound => !sound.paused && sound.currentTime > 0)")
    assert section.locator("audio").first.evaluate("player => player.paused")


def test_a_sound_that_is_gone_is_reported(open_page, person, results, tmp_path):
    shutil.copytree(results / "listening", tmp_path / "listening")
    (tmp_path / "listening" / "audio" / "rain.full.flac").unlink()
    listening = person(open_page(path=tmp_path / "listening" / "index.html"))
    listening.play_link("rain", "full").click()
    listening.wait("document.getElementById('announcement').textContent.startsWith('Rain, full cannot be played')")
    open_page.errors.clear()


def test_every_position_of_every_sound_can_be_jumped_to(listening):
    """Chromium hangs near the end of many FLAC files; the page knows from where on."""
    hung = listening.page.evaluate(
        """async () => {
            const hung = [];
            for (const cell of document.querySelectorAll("#sounds td[data-reach]")) {
                const reach = Number(cell.dataset.reach);
                for (let back = 0; back < 1; back += 0.1) {
                    const sound = new Audio(cell.querySelector("a.play").href);
                    await new Promise((done) => (sound.onloadeddata = done));
                    sound.currentTime = reach - back;
                    const seeked = new Promise((done) => (sound.onseeked = () => done(true)));
                    const late = new Promise((done) => setTimeout(() => done(false), 3000));
                    if (!(await Promise.race([seeked, late]))) {
                        hung.push([sound.src, reach - back]);
                    }
                }
            }
            return hung;
        }"""
    )
    assert hung == []
