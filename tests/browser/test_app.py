"""The app in a real browser: drop a sound, hear new ones, download them; real jobs, small."""

import base64
import re
import shutil
import signal
import zipfile

import pytest
import soundfile
from processes import wait_for
from small_app import RunningApp

import texture_core as tc

pytestmark = pytest.mark.browser

# Lets tests know what is played, which the page keeps to itself: one entry for each start of a sound.
REMEMBER_VOICES = """
    window.voices = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (when, offset) {
        const voice = { offset, loop: this.loop, seconds: this.buffer.duration, at: this.context.currentTime };
        voice.node = this;
        voices.push(voice);
        start.call(this, when, offset);
    };
    const stop = AudioBufferSourceNode.prototype.stop;
    AudioBufferSourceNode.prototype.stop = function (when) {
        voices.find((voice) => voice.node === this).stopped = this.context.currentTime;
        stop.call(this, when);
    };
    const ramp = AudioParam.prototype.linearRampToValueAtTime;
    AudioParam.prototype.linearRampToValueAtTime = function (value, time) {
        if (value > 0) {
            window.gain = value;
        }
        return ramp.call(this, value, time);
    };
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (target, ...rest) {
        if (target instanceof AudioDestinationNode) {
            window.meter = new AnalyserNode(this.context);
            connect.call(this, window.meter);
        }
        return connect.call(this, target, ...rest);
    };
"""
VOICES = "voices.map(({ node, ...voice }) => voice)"
# Largest of the last samples that went to the loudspeaker.
LEVEL = """() => {
    const samples = new Float32Array(2048);
    meter.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
}"""
DROP = """([items]) => {
    const transfer = new DataTransfer();
    for (const { name, data } of items) {
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    for (const type of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
}"""


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder with recordings to drop, and one file that is none."""
    folder = tmp_path_factory.mktemp("dropped")
    for name in ("rain", "tapping"):
        tc.write_audio(folder / f"{name}.wav", tc.demo_texture(name, duration=2.5), 16000)
    (folder / "broken.wav").write_bytes(b"RIFF no sound")
    return folder


@pytest.fixture(scope="module")
def finished(chromium, sounds, tmp_path_factory):
    """A folder of the app with a recording and two finished sounds, which no test changes."""
    folder = tmp_path_factory.mktemp("finished")
    app = RunningApp(folder)
    app.drop(sounds / "rain.wav")
    asked = {"sources": ["rain"], "duration": 1, "takes": 1, "fade": 0, "quality": "draft", "mono": False}
    names = [app.request("api/textures", asked | {"loop": loop})[1]["names"][0] for loop in (True, False)]
    for name in names:
        app.wait(name, "done")
    app.close()
    return folder


@pytest.fixture
def app(chromium, start_app, tmp_path):
    """An app without sounds."""
    return start_app(tmp_path / "sounds")


@pytest.fixture
def visit(new_page):
    """Opens windows of an app; none may report an error, nor ask another machine for anything."""
    errors = new_page.errors

    def visit(app, width=1280, height=900, **options):
        page = new_page(REMEMBER_VOICES, viewport={"width": width, "height": height}, **options)
        page.on(
            "request",
            lambda request: None if request.url.startswith(app.address) else errors.append(f"asked for {request.url}"),
        )
        page.goto(app.address)
        page.get_by_role("button", name="Take the demo sound rain").wait_for()
        return page

    visit.errors = errors
    return visit


def drop(page, *paths):
    items = [{"name": path.name, "data": base64.b64encode(path.read_bytes()).decode()} for path in paths]
    page.evaluate(DROP, [items])


def ask_for_a_loop(page, seconds="1"):
    page.get_by_label("Length, s").fill(seconds)
    page.get_by_label("seamless loop").check()
    page.get_by_role("button", name=re.compile("^Make")).click()


def test_from_a_dropped_sound_to_a_downloaded_one(app, visit, sounds, tmp_path):
    page = visit(app)
    assert not page.get_by_role("button", name=re.compile("^Make")).is_visible()
    drop(page, sounds / "rain.wav")
    page.get_by_role("button", name="Play rain", exact=True).click()
    wait_for(lambda: page.evaluate("voices.length"))
    ask_for_a_loop(page)
    page.get_by_role("progressbar").wait_for()
    play = page.get_by_role("button", name="Play rain: loop, 1 s, take 1")
    play.wait_for()
    cell = page.get_by_role("group", name="loop, 1 s, take 1")
    assert cell.get_by_role("listitem").count() >= 2
    assert cell.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    play.click()
    wait_for(lambda: page.evaluate(LEVEL) > 1e-3)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download rain: loop, 1 s, take 1 as WAV").click()
    assert downloading.value.suggested_filename == "rain-loop-1s-seed1.wav"
    downloading.value.save_as(tmp_path / "got.wav")
    assert (tmp_path / "got.wav").read_bytes() == (app.folder / "textures/rain-loop-1s-seed1.wav").read_bytes()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download rain: loop, 1 s, take 1 as FLAC").click()
    downloading.value.save_as(tmp_path / "got.flac")
    assert soundfile.info(tmp_path / "got.flac").frames == 16000
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download all").click()
    downloading.value.save_as(tmp_path / "all.zip")
    assert zipfile.ZipFile(tmp_path / "all.zip").namelist() == ["rain-loop-1s-seed1.wav", "rain-loop-1s-seed1.json"]
    cell.get_by_text("How it was made").click()
    assert "texture-core synthesize recordings/rain.wav --duration 1 --loop" in cell.locator("pre").inner_text()


def test_a_and_b_change_at_the_same_place_equally_loud(start_app, visit, finished):
    page = visit(start_app(finished))
    page.get_by_role("button", name="Play rain: loop").click()
    (first,) = wait_for(lambda: page.evaluate(VOICES))
    assert first["loop"] and first["seconds"] == 1 and first["offset"] == 0
    loop_gain = page.evaluate("gain")
    page.wait_for_timeout(300)
    page.keyboard.press("x")
    voices = wait_for(lambda: len(found := page.evaluate(VOICES)) == 2 and found)
    assert voices[1]["seconds"] == 2.5
    # One ends where and when the other begins.
    assert voices[0]["stopped"] == pytest.approx(voices[1]["at"], abs=0.01)
    heard = (voices[1]["at"] - voices[0]["at"]) % 1
    assert voices[1]["offset"] == pytest.approx(heard, abs=0.02)
    facts = {sound["name"]: sound["facts"] for sound in page.evaluate("state.sounds")}
    ratio = 10 ** ((facts["rain"]["loudness"] - facts["rain-loop-1s-seed1"]["loudness"]) / 20)
    assert loop_gain / page.evaluate("gain") == pytest.approx(ratio, rel=1e-3)
    assert page.get_by_role("button", name="Hear A, the recording").get_attribute("aria-pressed") == "true"
    page.get_by_label("equally loud").uncheck()
    page.keyboard.press("b")
    wait_for(lambda: page.evaluate("voices.length") == 3)
    assert page.evaluate("gain") == 1
    # Without repetition it ends.
    page.get_by_label("repeat").uncheck()
    page.get_by_role("button", name="Play", exact=True).wait_for()


def test_a_place_in_the_picture_is_played_from_there(start_app, visit, finished):
    page = visit(start_app(finished))
    picture = page.get_by_role("group", name="recording").locator(".picture")
    box = picture.bounding_box()
    picture.click(position={"x": 0.6 * box["width"], "y": 20})
    (voice,) = wait_for(lambda: page.evaluate(VOICES))
    assert voice["offset"] == pytest.approx(1.5, abs=0.05)
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.get_by_role("slider", name="Position", exact=True).fill("0.5")
    page.keyboard.press(" ")
    assert wait_for(lambda: len(found := page.evaluate(VOICES)) == 2 and found)[1]["offset"] == pytest.approx(
        0.5, abs=0.02
    )


def test_cancel_reload_and_two_windows(app, visit, sounds):
    page, other = visit(app), visit(app)
    drop(page, sounds / "rain.wav")
    page.get_by_label(re.compile("^Good")).check()
    page.get_by_role("button", name="Make a sound").click()
    # What is chosen here is not chosen there, but the sounds are there too.
    other.get_by_role("progressbar").wait_for()
    assert other.get_by_label("Length, s").input_value() == "8"
    other.get_by_role("checkbox", name="rain").check()
    other.get_by_label(re.compile("^Draft")).check()
    ask_for_a_loop(other)
    page.get_by_text("Queued, next").wait_for()
    page.reload()
    assert page.get_by_role("progressbar").count() == 2 or page.get_by_role("progressbar").nth(1).wait_for() is None
    page.get_by_role("button", name="Cancel rain: texture, 8 s, take 1").click()
    page.get_by_role("button", name="Play rain: loop, 1 s, take 2").wait_for()
    other.get_by_role("button", name="Play rain: loop, 1 s, take 2").wait_for()
    assert page.get_by_role("progressbar").count() == other.get_by_role("progressbar").count() == 0


def test_a_broken_file_is_one_message_and_the_others_arrive(app, visit, sounds, tmp_path):
    page = visit(app)
    with open(tmp_path / "huge.wav", "wb") as file:
        file.truncate(600_000_000)
    drop(page, sounds / "broken.wav", sounds / "rain.wav", sounds / "tapping.wav")
    page.locator("#files").set_input_files(tmp_path / "huge.wav")
    page.get_by_role("button", name="Play tapping", exact=True).wait_for()
    page.get_by_role("button", name="Play rain", exact=True).wait_for()
    assert page.get_by_role("alert").filter(has_text="broken: not audio that can be read").count() == 1
    page.get_by_role("alert").filter(has_text="huge: is larger than 200 MB").wait_for()
    page.get_by_role("button", name="Dismiss the message about broken.wav").click()
    assert page.get_by_text("broken: ").count() == 0
    # Both are chosen, since they came together; a morph can be asked for.
    page.get_by_label("morph").check()
    page.get_by_label("Moves").select_option("over")
    page.get_by_label("Length, s").fill("1")
    page.get_by_role("button", name="Make a morph").click()
    page.get_by_role("button", name="Play rain and tapping: morph, 1 s, take 1").wait_for()
    visit.errors[:] = [error for error in visit.errors if "status of 422" not in error]


def test_what_comes_together_is_chosen_together_and_a_morph_goes_either_way(app, visit, sounds):
    page = visit(app)
    drop(page, sounds / "rain.wav", sounds / "tapping.wav")
    page.get_by_role("button", name="Play tapping", exact=True).wait_for()
    page.get_by_role("checkbox", name="morph").check()
    page.get_by_label("Length, s").fill("1")
    page.get_by_label("Moves").select_option("from tapping to rain")
    page.get_by_role("button", name="Make a morph").click()
    page.get_by_role("button", name="Play rain and tapping: morph, 1 s, take 1").wait_for()
    assert app.sound("rain-tapping-morph-1s-seed1")["settings"]["position"] == [1, 0]
    page.get_by_role("button", name="Take the demo sound chimes").click()
    page.get_by_role("checkbox", name="Chimes", checked=True).wait_for()
    assert page.locator("#sources input:checked").count() == 1


def test_a_reload_keeps_what_is_chosen_in_this_window(app, visit, sounds):
    page = visit(app)
    drop(page, sounds / "rain.wav", sounds / "tapping.wav")
    page.get_by_role("button", name="Play tapping", exact=True).wait_for()
    page.get_by_label("Take the demo sound chimes").click()
    page.get_by_role("checkbox", name="Chimes", checked=True).wait_for()
    for name, wanted in {"Chimes": False, "rain": True, "tapping": True}.items():
        page.get_by_role("checkbox", name=name).set_checked(wanted)
    page.get_by_role("checkbox", name="morph").check()
    page.get_by_role("slider", name="Position between").fill("0.25")
    page.get_by_label("Length, s").fill("2.5")
    page.get_by_label("Takes").fill("3")
    page.get_by_label(re.compile("^Good")).check()

    def choices():
        page.get_by_text(re.compile("^Make 3 morphs$|^Make a sound$")).wait_for()
        texts = [page.get_by_label(name).input_value() for name in ("Length, s", "Takes", "Fades, s")]
        texts.append(page.get_by_role("slider", name="Position between").input_value())
        return texts, page.locator("#make input:checked").evaluate_all("all => all.map(one => one.id || one.value)")

    chosen = choices()
    assert chosen[0] == ["2.5", "3", "0.1", "0.25"]
    page.reload()
    assert choices() == chosen
    other = visit(app)
    other.get_by_role("checkbox", name="Chimes", checked=True).wait_for()
    assert other.get_by_label("Length, s").input_value() == "8"


def test_a_moved_file_is_said_and_made_again(start_app, visit, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "sounds")
    app = start_app(tmp_path / "sounds")
    page = visit(app)
    link = page.get_by_role("link", name="Download rain: loop, 1 s, take 1 as WAV")
    link.wait_for()
    (app.folder / "textures/rain-loop-1s-seed1.wav").unlink()
    # As when one comes back from another window.
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_text("Its WAV file was moved or deleted.").wait_for()
    assert link.count() == 0
    page.get_by_role("button", name="Make it again: rain: loop, 1 s, take 1").click()
    link.wait_for()


def test_a_recording_that_was_moved_is_missed_until_it_is_dropped_again(start_app, visit, finished, sounds, tmp_path):
    shutil.copytree(finished, tmp_path / "sounds")
    (tmp_path / "sounds/recordings/rain.wav").unlink()
    page = visit(start_app(tmp_path / "sounds"))
    page.get_by_text("its recording is not there any more").wait_for()
    drop(page, sounds / "rain.wav")
    page.get_by_text("2.5 s, 16 kHz, mono").wait_for()
    assert page.get_by_role("article").count() == 1
    assert page.get_by_text("its recording is not there any more").count() == 0


def test_the_command_can_be_copied_or_is_selected(start_app, visit, finished):
    page = visit(start_app(finished), permissions=["clipboard-read", "clipboard-write"])
    cell = page.get_by_role("group", name="loop, 1 s, take 1")
    cell.get_by_text("How it was made").click()
    cell.get_by_role("button", name="Copy the command").click()
    cell.get_by_role("button", name="Copied").wait_for()
    command = cell.locator("pre").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == command
    # Where there is no clipboard, as at an address that is not encrypted.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    cell.get_by_role("button", name="Copy the command").click()
    wait_for(lambda: page.evaluate("getSelection().toString()") == command)


def test_titles_are_shown_as_they_are(app, visit, sounds, tmp_path):
    title = "<img src=x onerror=alert(1)> & ''"
    drop(visit(app), (sounds / "rain.wav").rename(tmp_path / f"{title}.wav"))
    (tmp_path / f"{title}.wav").rename(sounds / "rain.wav")
    page = visit(app)
    page.get_by_role("heading", name=title).wait_for()
    assert page.locator("article img").count() == 1


def test_what_cannot_be_is_said_before_anything_is_made(app, visit, sounds):
    page = visit(app)
    drop(page, sounds / "rain.wav")
    page.get_by_role("button", name="Play rain", exact=True).wait_for()
    page.get_by_label("Length, s").fill("0")
    page.get_by_role("button", name="Make a sound").click()
    assert page.get_by_role("alert").filter(has_text="Length, s: ").is_visible()
    assert page.evaluate("document.activeElement.id") == "duration"
    page.get_by_label("Length, s").fill("0.5")
    page.get_by_label("Fades, s").fill("3")
    page.get_by_role("alert").filter(has_text="fade: expected 0 to 0.25, found 3").wait_for()
    visit.errors[:] = [error for error in visit.errors if "status of 422" not in error]


def test_an_app_that_ended_is_said_and_the_page_goes_on_with_the_next(app, start_app, visit, sounds):
    page = visit(app)
    drop(page, sounds / "rain.wav")
    page.get_by_role("button", name="Play rain", exact=True).wait_for()
    page.get_by_label(re.compile("^Good")).check()
    page.get_by_role("button", name="Make a sound").click()
    page.get_by_text("Synthesising").wait_for()
    port = int(app.address.rstrip("/").rpartition(":")[2])
    app.close(signal.SIGKILL)
    page.get_by_text("The app has ended").wait_for()
    start_app(app.folder, port=port)
    page.get_by_text("Stopped when the app was closed").wait_for()
    assert not page.get_by_text("The app has ended").is_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove rain: texture, 8 s, take 1").click()
    page.get_by_text("Stopped when the app was closed").wait_for(state="detached")
    page.get_by_role("button", name="Remove rain", exact=True).click()
    page.get_by_text("Nothing yet.").wait_for()
    assert not list((app.folder / "recordings").iterdir())
    # Between the removal and the news of it the page may ask how long its sounds would take.
    visit.errors[:] = [error for error in visit.errors if "net::ERR" not in error and "status of 404" not in error]


def test_the_keyboard_alone_is_enough(app, visit):
    page = visit(app)

    def tab_to(name):
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "[document.activeElement.ariaLabel, document.activeElement.textContent, document.activeElement.id]"
            )
            if name in focused:
                return
        raise AssertionError(f"{name} cannot be reached")

    tab_to("Take the demo sound rain")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play Rain", exact=True).wait_for()
    tab_to("duration")
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    tab_to("loop")
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play Rain: loop, 1 s, take 1").wait_for()
    tab_to("Play Rain: loop, 1 s, take 1")
    page.keyboard.press("Enter")
    wait_for(lambda: page.evaluate("voices.length") == 1)
    page.keyboard.press("a")
    wait_for(lambda: page.evaluate("voices.length") == 2)
    assert page.locator(":focus").get_attribute("aria-label") == "Play Rain: loop, 1 s, take 1"
    page.get_by_label("keys: ").uncheck()
    page.locator("body").press("b")
    page.wait_for_timeout(300)
    assert page.evaluate("voices.length") == 2
    tab_to("Download all (zip)")


def test_what_happens_is_announced(app, visit, sounds):
    page = visit(app)
    announcement = page.locator("#announcement")
    assert announcement.get_attribute("role") == "status"
    drop(page, sounds / "rain.wav")
    wait_for(lambda: announcement.text_content() == "rain.wav is there")
    ask_for_a_loop(page)
    wait_for(lambda: announcement.text_content() == "One sound is queued")
    wait_for(lambda: announcement.text_content() == "rain: loop, 1 s, take 1 is finished")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_accessibility_findings_and_no_width_beyond_the_window(start_app, visit, finished, color_scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(start_app(finished), width=width, color_scheme=color_scheme)
    page.get_by_role("button", name="Play rain: loop").click()
    page.get_by_text("How it was made").first.click()
    wait_for(lambda: page.evaluate("voices.length"))
    found = axe.run(page, options={"preload": False}).response["violations"]
    assert [(item["id"], item["impact"], [node["html"] for node in item["nodes"]]) for item in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_accessibility_findings_while_it_is_empty_or_works(app, visit, sounds):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(app)
    for step in ("empty", "working"):
        if step == "working":
            drop(page, sounds / "rain.wav", sounds / "tapping.wav", sounds / "broken.wav")
            page.get_by_role("button", name="Dismiss").wait_for()
            page.get_by_label("morph").check()
            page.get_by_label(re.compile("^Good")).check()
            page.get_by_role("button", name="Make a morph").click()
            page.get_by_role("progressbar").wait_for()
        found = axe.run(page, options={"preload": False}).response["violations"]
        assert [(item["id"], [node["html"] for node in item["nodes"]]) for item in found] == [], step
    visit.errors[:] = [error for error in visit.errors if "status of 422" not in error]
