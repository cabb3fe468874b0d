"""The listening page in a real browser, opened from disk: hear, compare, sort, filter, come back to the same view."""

import csv
import functools
import http.server
import shutil
import threading
import time
import zipfile
from dataclasses import replace

import pytest

from texture_core.records.files import read_json
from texture_core.report.listening import Sound, TextureRow, write_media, write_page
from texture_core.report.tables import table1

pytestmark = pytest.mark.browser

SETTINGS = ["gram", "full"]
SECONDS = 3.0


def records(results):
    return [read_json(path) for path in sorted(results.glob("*/scores/*.json"))]


# ---- Playing


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


# ---- Sorting, filtering, links


def test_rows_are_sorted_by_any_score_of_any_setting(listening, results):
    with open(results / "scores.tsv", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    page = listening.page
    assert listening.rows == ["tapping", "chimes", "rain"]
    for score in ("autocorrelation", "diversity"):
        for setting in SETTINGS:
            page.locator("[name=sort]").select_option(f"score:{score}")
            page.locator("[name=of]").select_option(setting)
            values = {row["texture"]: float(row[score]) for row in table if row["setting"] == setting}
            assert listening.rows == sorted(values, key=values.get)
            page.get_by_label("descending").check()
            assert listening.rows == sorted(values, key=values.get, reverse=True)
            page.get_by_label("descending").uncheck()
            heading = page.locator(f"#sounds thead th[data-setting={setting}]")
            assert heading.get_attribute("aria-sort") == "ascending"
    page.locator("[name=sort]").select_option("title")
    assert listening.rows == ["rain", "tapping", "chimes"]
    page.locator("[name=sort]").select_option("")
    assert listening.rows == ["tapping", "chimes", "rain"]


def test_rows_are_filtered_by_class_and_name(listening):
    page = listening.page
    page.locator("[name=class]").select_option("pitched")
    assert listening.rows == ["chimes"]
    assert page.get_by_text("1 of 3 textures").is_visible()
    page.locator("[name=class]").select_option("")
    page.locator("[name=name]").fill("IN")
    assert listening.rows == ["tapping", "chimes", "rain"]
    page.locator("[name=name]").fill("chim wind")
    assert listening.rows == ["chimes"]
    page.locator("[name=name]").fill("nothing")
    assert listening.rows == []
    page.get_by_role("button", name="Show all").click()
    assert listening.rows == ["tapping", "chimes", "rain"]


def test_a_link_leads_to_the_same_view(listening, open_page, person):
    page = listening.page
    page.locator("[name=name]").fill("in")
    page.locator("[name=sort]").select_option("score:diversity")
    page.locator("[name=of]").select_option("gram")
    page.get_by_label("descending").check()
    page.get_by_label("all scores").check()
    listening.play_link("chimes", "full").click()
    page.get_by_label("A is").select_option("gram")
    page.keyboard.press("Control+End")
    other = person(open_page(page.url[page.url.index("#") :]))
    for again in (other, listening):
        if again is listening:
            page.reload()
        assert again.selected == ["chimes/gram"]
        assert again.rows == other.rows
        assert again.page.locator("[name=name]").input_value() == "in"
        assert again.page.locator("[name=sort]").input_value() == "score:diversity"
        assert again.page.locator("[name=of]").input_value() == "gram"
        assert again.page.get_by_label("descending").is_checked()
        assert again.page.get_by_label("all scores").is_checked()
        assert again.page.get_by_label("A is").input_value() == "gram"
        assert again.page.get_by_label("B is").input_value() == "full"
        assert again.heard == []
        in_sight = (
            "cell => { const box = cell.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight }"
        )
        assert again.page.locator("td.selected").evaluate(in_sight)
    assert other.page.url == page.url


@pytest.mark.parametrize("fragment", ["#cell=snow/full&sort=none&of=x&class=y&a=z", "#cell=rain/none", "#%", "#table1"])
def test_a_link_to_what_is_not_there_opens_the_page(open_page, person, fragment):
    listening = person(open_page(fragment))
    assert listening.rows == ["tapping", "chimes", "rain"]
    assert listening.selected == []


def test_links_inside_the_page_leave_the_view_alone(listening):
    listening.page.locator("[name=class]").select_option("pitched")
    listening.page.get_by_role("link", name="Table 1").click()
    assert listening.page.url.endswith("#class=pitched")
    assert listening.page.evaluate("document.activeElement.id") == "table1"


# ---- The keyboard, screen readers, narrow screens


def test_everything_is_reached_with_the_keyboard(listening):
    page = listening.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the textures"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "textures"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const element = document.activeElement;
                const box = element.getBoundingClientRect();
                const ring = getComputedStyle(element);
                return {
                    tag: element.tagName,
                    name: element.id || element.name || element.textContent.trim(),
                    visible: box.bottom > 0 && box.top < innerHeight,
                    ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
                };
            }"""
        )
        if focus["tag"] == "BODY":
            break
        if focus["name"] == "Play Rain, full":
            page.keyboard.press("Enter")  # the player appears, after all others
        assert focus["visible"] and focus["ring"], focus
        reached.append(focus["name"])
    assert {"name", "class", "sort", "descending", "variants"} <= set(reached)
    assert {f"Play Rain, {name}" for name in ("original", "gram", "full")} <= set(reached)
    player = ["toggle", "compressed", "source", "position", "hear-a", "a", "hear-b", "b", "loop", "matched"]
    assert [name for name in reached if name in player] == player
    assert listening.heard == ["rain.full.flac"]


def test_arrow_keys_go_from_cell_to_cell(listening):
    page = listening.page
    listening.play_link("tapping").focus()
    page.keyboard.press("Enter")
    for key, name in [("ArrowRight", "tapping/gram"), ("ArrowDown", "chimes/gram"), ("ArrowLeft", "chimes/")]:
        page.keyboard.press(key)
        assert listening.selected == [name]
        assert page.evaluate("document.activeElement.closest('td').className") == "selected"
        listening.wait("audioElements.filter(sound => !sound.paused).length === 1")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    assert listening.selected == ["tapping/"]
    page.keyboard.press(" ")
    assert listening.heard == []


def test_keys_are_told_and_can_be_switched_off(listening):
    page = listening.page
    page.keyboard.press("?")
    assert page.get_by_text("hear A or B, at the same position").is_visible()
    listening.play_link("rain", "full").click()
    page.keyboard.press("/")
    page.keyboard.type("axb 1")
    assert page.locator("[name=name]").input_value() == "axb 1"
    assert listening.selected == ["rain/full"]
    page.locator("[name=name]").fill("")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("a")
    assert listening.selected == ["rain/full"]
    page.get_by_label("Single keys are shortcuts").check()
    page.keyboard.press("a")
    assert listening.selected == ["rain/"]


def test_what_happens_is_announced(listening):
    count, announcement = listening.page.locator("#count"), listening.page.locator("#announcement")
    assert {count.get_attribute("role"), announcement.get_attribute("role")} == {"status"}
    listening.page.locator("[name=name]").fill("rain")
    assert count.inner_text() == "1 of 3 textures"
    listening.play_link("rain", "full").click()
    listening.page.keyboard.press("a")
    assert announcement.text_content().startswith("original, at ")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_accessibility_findings(open_page, person, color_scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    listening = person(open_page(width=width, color_scheme=color_scheme))
    listening.page.keyboard.press("?")
    listening.play_link("rain", "full").click()
    listening.page.locator("[name=sort]").select_option("score:diversity")
    listening.page.get_by_text("Other forms of these scores").click()
    found = axe.run(listening.page, options={"preload": False}).response["violations"]
    assert [(item["id"], item["impact"], [node["html"] for node in item["nodes"]]) for item in found] == []


@pytest.mark.parametrize("width", [320, 390, 768])
def test_narrow_screens_scroll_only_up_and_down(open_page, person, study_page, width):
    listening = person(open_page(path=study_page, width=width, height=844, has_touch=True, is_mobile=True))
    page = listening.page
    page.locator("a.play").nth(3).click()
    page.evaluate("document.getElementById('keys').open = true")
    widths = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
    assert widths == [width, width]
    # What is pressed is large enough for a finger.
    sizes = page.locator("#player button, #player select, tr:first-of-type a.play").evaluate_all(
        "elements => elements.map(element => element.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44
    # The player leaves room for what it plays.
    assert page.locator("#player").bounding_box()["height"] < 844 / 3


# ---- Large studies, other places


def unlike(cell, mark):
    """The same cell under addresses of its own, so that the browser loads it for itself."""
    picture = replace(cell.picture, url=f"{cell.picture.url}?{mark}")
    return replace(cell, url=f"{cell.url}?{mark}", picture=picture)


@pytest.fixture(scope="module")
def study_page(results, tmp_path_factory):
    """A page of 168 textures and 7 settings, whose cells are the run's, repeated."""
    folder = results / "large"
    scores = {(record["texture"], record["setting"]): record for record in records(results)}
    settings = [
        *("griffin_lim", "mcdermott_simoncelli", "ulyanov_lebedev", "gram", "gram_autocorrelation"),
        *("gram_autocorrelation_diversity_1e-5", "gram_autocorrelation_diversity_1e-3"),
    ]
    real = [
        write_media(
            folder,
            TextureRow(
                name,
                scores[name, "gram"]["title"],
                scores[name, "gram"]["class"],
                scores[name, "gram"]["also_class"],
                Sound(results / "audio" / f"{name}.wav", results / "spectrogram" / f"{name}.h5"),
                {
                    setting: Sound(
                        results / setting / "audio" / f"{name}.wav", results / setting / "synthesis" / f"{name}.h5"
                    )
                    for setting in SETTINGS
                },
                {"spectrograms": results / "figures" / f"{name}.spectrogram.svg"},
            ),
            SETTINGS,
        )
        for name in ("tapping", "chimes", "rain")
    ]
    rows, repeated = [], []
    for number in range(168):
        row = real[number % len(real)]
        name = f"{row.texture.name}_{number}"
        texture = replace(row.texture, name=name, title=f"{row.texture.title} {number}")
        cells = {None: unlike(row.cells[None], number)}
        for place, setting in enumerate(settings):
            source = SETTINGS[place % len(SETTINGS)]
            cells[setting] = replace(unlike(row.cells[source], f"{number}-{place}"), setting=setting)
            record = scores[row.texture.name, source]
            # Any order but that of the corpus.
            changed = {key: value * (1 + number * 37 % 168) for key, value in record["scores"].items()}
            repeated.append({**record, "texture": name, "setting": setting, "scores": changed})
        rows.append(replace(row, texture=texture, cells=cells))
    write_page(folder, corpus="study", rows=rows, records=repeated, table=table1(repeated, settings=settings))
    return folder / "index.html"


def test_168_textures_in_7_settings_can_be_used_within_2_seconds(browser, open_page, study_page):
    assert study_page.read_text().count('class="play"') == 168 * 8
    page = open_page(path=study_page)
    measure = """async () => {
        const sort = document.querySelector("[name=sort]");
        sort.value = "score:diversity";
        sort.dispatchEvent(new Event("input", { bubbles: true }));
        document.getElementById("sounds").scrollIntoView();
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() / 1000;
    }"""
    # From the start of the navigation to the sorted table on the screen; the best of three, as others use the machine.
    seconds = [page.evaluate(measure)]
    for _ in range(2):
        page.reload()
        seconds.append(page.evaluate(measure))
    print(f"168 x 8 cells sorted {', '.join(f'{value:.2f}' for value in seconds)} s after the navigation began")
    assert min(seconds) < 2
    values = page.locator("td[data-setting='gram_autocorrelation_diversity_1e-3'] [data-score=diversity]").evaluate_all(
        "items => items.map(item => Number(item.dataset.value))"
    )
    assert len(values) == 168 and values == sorted(values)


def test_only_what_is_in_sight_is_loaded(browser, study_page):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(study_page.as_uri())
    page.wait_for_load_state("networkidle")
    assert [url for url in requests if ".flac" in url] == []
    page.locator("a.play").first.click()
    page.wait_for_function("document.getElementById('position').value > 0.1")
    page.wait_for_load_state("networkidle")
    assert 0 < len([url for url in requests if ".png" in url]) < 168 * 8 / 10
    # The one that plays, and the one to compare it with.
    assert len({url for url in requests if ".flac" in url}) == 2
    context.close()


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
    snakemake(study, "--report", "report.zip")
    with zipfile.ZipFile(study / "report.zip") as archive:
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
