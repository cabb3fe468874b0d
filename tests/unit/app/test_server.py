"""The app's server in a process of its own, asked over HTTP as the page asks; real jobs, small."""

import io
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from processes import wait_for
from small_app import RunningApp
from wavinfo import WavInfoReader

import texture_core as tc
from texture_core.app.settings import LONGEST_RECORDING_SECONDS, UPLOAD_BYTES

ASKED = {"duration": 1, "takes": 1, "fade": 0, "loop": False, "mono": False, "quality": "draft"}


@pytest.fixture(scope="module")
def rain(tmp_path_factory):
    path = tmp_path_factory.mktemp("dropped") / "Rain on <b>the roof.wav"
    tc.write_audio(path, tc.demo_texture("rain", duration=2.5), 16000)
    return path


@pytest.fixture(scope="module")
def app(tmp_path_factory, rain):
    """One app for all tests that leave its recordings as they are."""
    app = RunningApp(tmp_path_factory.mktemp("the sounds"), measured=False)
    assert app.drop(rain) == (201, {"name": "rain-on-b-the-roof"})
    yield app
    app.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory, rain):
    """The name of a finished sound, and a folder of the app with it, for `start` to copy."""
    app = RunningApp(tmp_path_factory.mktemp("finished"))
    app.drop(rain)
    (name,) = make(app)
    assert app.wait(name, "done", "failed")["state"] == "done"
    app.close()
    return name, app.folder


@pytest.fixture
def start(start_app, tmp_path):
    """Starts apps of a folder that ends with the test, empty or at first the copy of another."""

    def start(copy_of=None, **options):
        if copy_of:
            shutil.copytree(copy_of, tmp_path / "sounds")
        return start_app(tmp_path / "sounds", **options)

    return start


def make(app, **changes):
    asked = ASKED | {"sources": ["rain-on-b-the-roof"]} | changes
    status, answer = app.request("api/textures", asked)
    assert status == 201, answer
    return answer["names"]


def processes_of(folder):
    """Processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == Path(folder):
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


# ---- from a recording to a file


def test_a_loop_is_made_compared_and_made_again_by_its_command(app, tmp_path):
    (name,) = make(app, loop=True)
    assert name == "rain-on-b-the-roof-loop-1s-seed1"
    sound = app.wait(name, "done", "failed")
    assert sound["state"] == "done", sound
    assert sound["facts"]["seconds"] == 1
    assert sound["words"] and all(set(item) == {"good", "text"} for item in sound["words"])
    status, data = app.request(f"download/{name}.wav")
    assert status == 200
    made = app.folder / "textures" / f"{name}.wav"
    assert data == made.read_bytes()
    (loop,) = WavInfoReader(str(made)).smpl.sample_loops
    assert (loop.start, loop.end) == (0, 15999)
    # The command, with another output.
    words = shlex.split(sound["command"])
    assert words[:3] == ["cd", str(app.folder), "&&"]
    command = [Path(sys.executable).with_name("texture-core"), *words[4:-1], tmp_path / "again.wav"]
    subprocess.run(command, cwd=app.folder, check=True, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert (tmp_path / "again.wav").read_bytes() == data


def test_flac_has_the_same_samples_and_the_archive_has_all(app):
    names = make(app, takes=2, fade=0.2)
    assert [name.rpartition("-")[2] for name in names] == [
        f"seed{int(names[0].rpartition('seed')[2]) + n}" for n in (0, 1)
    ]
    for name in names:
        app.wait(name, "done")
    wav, flac = (app.request(f"download/{names[0]}.{format}")[1] for format in ("wav", "flac"))
    samples, _ = soundfile.read(io.BytesIO(wav))
    np.testing.assert_array_equal(samples, soundfile.read(io.BytesIO(flac))[0])
    assert np.abs(samples[:10]).max() < 1e-3 < np.abs(samples).max()
    archive = zipfile.ZipFile(io.BytesIO(app.request("download/textures.zip")[1]))
    done = [sound["name"] for sound in app.state()["sounds"] if sound["kind"] == "texture" and sound["state"] == "done"]
    assert sorted(archive.namelist()) == sorted(f"{name}.{ending}" for name in done for ending in ("wav", "json"))
    assert archive.read(f"{names[0]}.wav") == wav


def test_a_morph_is_between_two_recordings(app):
    status, answer = app.request("api/demo", {"name": "tapping"})
    assert (status, answer) == (201, {"name": "tapping"})
    # The same sound once more is the same recording.
    assert app.request("api/demo", {"name": "tapping"}) == (201, {"name": "tapping"})
    both = ["rain-on-b-the-roof", "tapping"]
    (name,) = make(app, sources=both, morph=True, position=[0, 1])
    assert name.startswith("rain-on-b-the-roof-tapping-morph-1s-seed")
    sound = app.wait(name, "done", "failed")
    assert sound["state"] == "done", sound
    status, answer = app.request("api/textures", ASKED | {"sources": both[:1], "morph": True, "position": [0]})
    assert status == 400 and "between two recordings" in answer["error"]
    # A recording that something is made from stays.
    status, answer = app.request("api/sounds/tapping", method="DELETE")
    assert status == 409 and "1 sound is made from it" in answer["error"]


def test_times_are_estimated_from_what_was_made(app):
    wait_for(lambda: app.state()["measured"])
    asked = ASKED | {"sources": ["rain-on-b-the-roof"]}
    one = app.request("api/estimate", asked)[1]["seconds"]
    assert 0 < one["draft"] < one["good"]
    # At 16 kHz there is no more to keep.
    assert one["full"] == one["good"]
    assert app.request("api/estimate", asked | {"takes": 3})[1]["seconds"]["draft"] == pytest.approx(3 * one["draft"])
    assert app.request("api/estimate", asked | {"duration": 100})[1]["seconds"]["draft"] > one["draft"]


# ---- cancelling, failing, ending


def test_cancel_ends_the_process_and_the_queue_goes_on(app):
    running, waiting, after = (make(app, quality=quality)[0] for quality in ("good", "good", "draft"))
    app.wait(running, "running")
    wait_for(lambda: processes_of(app.folder))
    (process,) = processes_of(app.folder)
    assert app.sound(waiting)["position"] == 1
    assert app.request(f"api/sounds/{waiting}", method="DELETE")[0] == 204
    assert app.request(f"api/sounds/{running}", method="DELETE")[0] == 204
    assert app.sound(running) is app.sound(waiting) is None
    assert process not in processes_of(app.folder)
    assert app.wait(after, "done", "failed")["state"] == "done"
    # Nothing of them is left, and cancelling twice is no error of the app.
    assert not [path for path in app.folder.rglob("*") if running in path.name or waiting in path.name]
    assert app.request(f"api/sounds/{running}", method="DELETE")[0] == 404


def test_a_job_that_fails_says_why_and_costs_nothing_else(app):
    (name,) = make(app, loop=True, duration=0.1)
    sound = app.wait(name, "failed", "done")
    assert sound["state"] == "failed"
    assert "expected at least" in sound["error"]
    (after,) = make(app)
    assert app.wait(after, "running", "done")
    for made in (name, after):
        assert app.request(f"api/sounds/{made}", method="DELETE")[0] == 204


def test_a_killed_app_leaves_no_process_and_loses_no_finished_sound(start, finished):
    done, folder = finished
    app = start(copy_of=folder)
    before = app.sound(done)
    assert before["state"] == "done"
    running, waiting = make(app, quality="good")[0], make(app, quality="draft")[0]
    app.wait(running, "running")
    wait_for(lambda: processes_of(app.folder))
    app.close(signal.SIGKILL)
    wait_for(lambda: not processes_of(app.folder))
    again = start()
    assert again.sound(done) == before
    assert again.request(f"download/{done}.wav")[0] == 200
    assert [again.sound(name)["state"] for name in (running, waiting)] == ["stopped", "stopped"]
    # What was stopped can be made after all.
    assert again.request(f"api/sounds/{waiting}/again", {}) == (201, {"names": [waiting]})
    assert again.wait(waiting, "done", "failed")["state"] == "done"
    assert again.close() == 0


def test_ctrl_c_ends_the_app_without_a_word_while_pages_wait_and_jobs_run(start, rain, capfd):
    app = start()
    app.drop(rain)
    make(app, sources=["rain-on-b-the-roof"], quality="good")
    wait_for(lambda: processes_of(app.folder))
    waiting = threading.Thread(target=app.request, args=[f"api/state?version={app.state()['version'] + 1000}"])
    waiting.start()
    assert app.close() == 0
    waiting.join()
    wait_for(lambda: not processes_of(app.folder))
    assert capfd.readouterr().err == ""


def test_a_texture_that_its_owner_moved_is_named_and_the_others_are_sent(start, finished):
    name, folder = finished
    app = start(copy_of=folder)
    (other,) = make(app)
    app.wait(other, "done")
    app.folder.joinpath("textures", f"{name}.wav").unlink()
    status, answer = app.request(f"download/{name}.wav")
    assert status == 404 and "was moved or deleted" in answer["error"]
    archive = zipfile.ZipFile(io.BytesIO(app.request("download/textures.zip")[1]))
    assert sorted(archive.namelist()) == [f"{other}.json", f"{other}.wav"]
    assert [app.sound(each)["missing"] for each in (name, other)] == [True, False]
    # It can be made once more.
    assert app.request(f"api/sounds/{other}/again", {})[0] == 409
    assert app.request(f"api/sounds/{name}/again", {}) == (201, {"names": [name]})
    assert not app.wait(name, "done", "failed")["missing"]
    assert app.request(f"download/{name}.wav")[1] == folder.joinpath("textures", f"{name}.wav").read_bytes()
    # What the page plays may be gone too.
    app.folder.joinpath("listening", f"{name}.flac").unlink()
    assert app.request(f"download/{name}.flac")[0] == app.request(f"sounds/{name}.flac")[0] == 404


def test_a_recording_that_its_owner_moved_is_put_back_by_dropping_it_again(start, rain):
    app = start()
    app.drop(rain)
    file = app.folder / app.sound("rain-on-b-the-roof")["file"]
    file.unlink()
    assert app.drop(rain) == (201, {"name": "rain-on-b-the-roof"})
    assert file.read_bytes() == rain.read_bytes()


def test_where_the_speed_cannot_be_written_textures_are_made(start, rain, tmp_path):
    (tmp_path / "sounds/speed.json").mkdir(parents=True)
    app = start()
    wait_for(lambda: app.state()["measured"], seconds=120)
    app.drop(rain)
    (name,) = make(app, sources=["rain-on-b-the-roof"])
    assert app.wait(name, "done", "failed")["state"] == "done"


def test_a_sound_that_was_finished_but_not_recorded_is_found(start, finished, tmp_path):
    name, folder = finished
    shutil.copytree(folder, tmp_path / "killed")
    record = tmp_path / "killed/records" / f"{name}.json"
    text = record.read_text()
    record.write_text(text.replace('"done"', '"running"'))
    assert record.read_text() != text
    assert start(copy_of=tmp_path / "killed").wait(name, "done", "failed")["state"] == "done"


# ---- uploads


def test_bad_files_are_one_message_each(app, tmp_path):
    before = app.state()["sounds"]
    tc.write_audio(tmp_path / "silent.wav", np.zeros(16000), 16000)
    tc.write_audio(tmp_path / "short.wav", tc.demo_texture("rain", duration=0.1), 16000)
    tc.write_audio(tmp_path / "long.wav", np.tile(tc.demo_texture("rain"), 151), 16000)
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "empty.wav").write_text("")
    (tmp_path / "a.raw").write_bytes(b"0" * 1000)
    for name, message in {
        "silent.wav": "all samples are zero",
        "short.wav": "lasts 0.10 s, expected at least",
        "long.wav": f"lasts more than {LONGEST_RECORDING_SECONDS:g} s",
        "text.wav": "not audio that can be read",
        "empty.wav": "the file is empty",
        "a.raw": "not audio that can be read",
    }.items():
        status, answer = app.drop(tmp_path / name)
        assert status == 422, name
        assert answer["error"].startswith(f"{name.partition('.')[0]}: ") and message in answer["error"]
        assert str(app.folder) not in answer["error"]
    assert app.state()["sounds"] == before
    assert not list((app.folder / "recordings").glob(".*"))


def test_a_long_recording_is_taken(app, tmp_path):
    tc.write_audio(tmp_path / "long field.wav", np.tile(tc.demo_texture("rain"), 40), 16000)
    assert app.drop(tmp_path / "long field.wav") == (201, {"name": "long-field"})
    assert app.sound("long-field")["facts"]["seconds"] == 160
    assert app.request("sounds/long-field.png")[1].startswith(b"\x89PNG")
    assert app.request("api/sounds/long-field", method="DELETE")[0] == 204


def test_uploads_that_are_too_large_or_end_early_leave_nothing(app):
    host, _, port = app.address.removeprefix("http://").rstrip("/").partition(":")
    head = f"POST /api/recordings?title=a.wav HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {app.address.rstrip('/')}\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {UPLOAD_BYTES + 1}\r\n\r\n".encode())
        assert b"larger than 200 MB" in b"".join(iter(lambda: connection.recv(4096), b""))
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"0" * 10)
    # Without a length, which is counted then.
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"%x\r\n" % (1 << 22) + b"0" * (1 << 22) + b"\r\n"
        try:
            for _ in range(UPLOAD_BYTES // (1 << 22) + 2):
                connection.sendall(chunk)
            answered = b"".join(iter(lambda: connection.recv(4096), b""))
        except OSError:
            # It has stopped listening, as it may.
            answered = b"larger than"
        assert b"larger than" in answered
    wait_for(lambda: not list((app.folder / "recordings").glob(".*")))
    assert app.sound("a") is None


# ---- what must not be


@pytest.mark.parametrize(
    "path",
    [
        "sounds/..%2f..%2frecords%2frain-on-b-the-roof.flac",
        "sounds/../records/rain-on-b-the-roof.json",
        "download/..%2f..%2fspeed.json.wav",
        "download/%2e%2e%2fspeed.wav",
        "download/rain-on-b-the-roof.wav",
        "server.py",
        "../app/server.py",
        "sounds/none.png",
    ],
)
def test_addresses_do_not_become_paths(app, path):
    assert app.request(path)[0] == 404


def test_other_sites_and_names_get_nothing(app):
    assert app.request("api/state", headers={"Host": "evil.example"})[0] == 403
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert app.request("api/demo", {"name": "rain"}, headers=headers)[0] == 403
    assert app.sound("rain") is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 60000, b'{"takes": 1}', b"null", b" " * 100000])
def test_requests_that_are_not_the_pages_are_refused(app, body):
    for path in ("api/textures", "api/estimate", "api/demo"):
        status, answer = app.request(path, data=body)
        assert 400 <= status < 500
        assert answer["error"]


def test_the_page_is_there_at_once_without_torch_and_from_this_machine_alone(start):
    app = start()
    maps = Path(f"/proc/{app.process.pid}/maps").read_text()
    assert "libtorch" not in maps
    status, page = app.request("")
    assert status == 200
    assert b"http:" not in page and b"https:" not in page
    port = int(app.address.rstrip("/").rpartition(":")[2])
    listening = Path("/proc/net/tcp").read_text()
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening


def test_with_a_token_only_its_address_opens_the_page(start):
    app = start(token="s3cret")
    bare = app.address.partition("?")[0]
    assert app.address == f"{bare}?token=s3cret"
    app.address = bare
    assert app.request("")[0] == app.request("api/state")[0] == app.request("?token=wrong")[0] == 403
    assert app.request("api/state", headers={"Cookie": "texture-core=s3cret"})[0] == 200
