"""The folder of sounds: names, records, and what other programs leave in it."""

import json
import os

import pytest

from texture_core.app.folder import DONE, RECORDING, TEXTURE, Folder, suffix_of, title_of
from texture_core.errors import StorageError

SETTINGS = {"quality": "draft", "duration": 2, "loop": True, "fade": 0, "mono": False, "position": [], "seed": 7}


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "sounds")
    yield folder
    folder.close()


def recording(folder, name):
    record = {"kind": RECORDING, "name": name, "title": name, "file": f"recordings/{name}.wav", "added": 1.0}
    record |= {"facts": {}, "sha256": "", "state": DONE}
    (folder.path / record["file"]).write_bytes(b"sound")
    folder.add(record)
    return record


def texture(folder, name, **changes):
    record = {"kind": TEXTURE, "name": name, "title": name, "file": f"textures/{name}.wav", "added": 2.0}
    record |= {"sources": ["rain"], "settings": SETTINGS, "command": [], "state": DONE} | changes
    folder.add(record)
    return record


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a\0b",
        "con",
        "-rf",
        ".hidden",
        "x" * 500,
        "Ärger & Öl",
        "雨",
        "a/b\\c",
        "\u202e.wav",
    ],
)
def test_any_title_makes_a_harmless_name(folder, title):
    name = folder.unused_name(title)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 1 <= len(name) <= 40
    assert name[0] != "-"
    record = recording(folder, name)
    assert (folder.path / record["file"]).parent == folder.path / "recordings"


def test_names_are_not_used_twice(folder):
    recording(folder, "rain")
    assert folder.unused_name("Rain!") == "rain-2"
    assert folder.unused_name("Rain!", taken={"rain-2"}) == "rain-3"


def test_a_file_whose_record_was_lost_is_not_overwritten(folder):
    recording(folder, "rain")
    texture(folder, "rain-loop-1s-seed1")
    (folder.path / "textures/rain-loop-1s-seed1.wav").write_bytes(b"sound")
    for record in (folder.path / "records").iterdir():
        record.write_text("{")
    folder.close()
    again = Folder(folder.path)
    assert again.sounds == {}
    assert again.unused_name("Rain") == "rain-2"
    assert again.numbered("rain-loop-1s-seed1") == "rain-loop-1s-seed1-2"
    again.close()


def test_titles_are_names_without_folders_and_endings():
    assert title_of("C:\\sounds\\Rain on the roof.wav") == "Rain on the roof"
    assert title_of("../a\n<b>.flac") == "a<b>"
    assert title_of("") == title_of("///") == "sound"
    assert len(title_of("x" * 5000)) == 200


def test_unusual_endings_are_left_out():
    assert suffix_of("a.WAV") == ".wav"
    assert suffix_of("a.mp3") == ".mp3"
    for name in ("a", "a.", "a.w/v", "a.toolong", "a.w\0v", "..", "a.é"):
        assert suffix_of(name) == "", name


def test_sounds_are_found_again(folder):
    recording(folder, "rain")
    texture(folder, "rain-loop")
    folder.close()
    again = Folder(folder.path)
    assert list(again.sounds) == ["rain", "rain-loop"]
    assert again.next_seed() == 8
    again.close()


def test_two_apps_do_not_share_a_folder(folder):
    folder.note_address("http://127.0.0.1:1234/")
    with pytest.raises(StorageError, match=r"open already, at http://127\.0\.0\.1:1234/"):
        Folder(folder.path)


def test_what_killed_processes_left_is_removed_and_nothing_else(folder):
    left = [
        folder.path / "textures" / ".rain-0123456789abcdef.wav",
        folder.path / "recordings" / ".upload-0123456789abcdef",
    ]
    kept = [folder.path / "textures" / ".nomedia", folder.path / "recordings" / "own.wav"]
    for path in left + kept:
        path.write_bytes(b"")
    folder.close()
    Folder(folder.path).close()
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)


def test_the_unfinished_file_of_another_sound_is_kept(folder):
    own, other = (
        folder.path / "textures" / f".{name}-0123456789abcdef.wav" for name in ("rain", "rain-2-texture-5s-seed3")
    )
    for path in (own, other):
        path.write_bytes(b"")
    folder.remove_unfinished_of("rain")
    assert not own.exists()
    assert other.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "textures/../../secret.wav"},
        {"file": "/etc/passwd"},
        {"name": "other"},
        {"kind": "program"},
        {"settings": {"quality": "draft"}},
        {"settings": None},
        None,
        "damaged",
    ],
)
def test_records_that_are_not_the_apps_are_left_out(folder, capsys, changes):
    recording(folder, "rain")
    record = texture(folder, "loop")
    folder.close()
    text = "{" if changes == "damaged" else json.dumps(changes and record | changes)
    (folder.path / "records" / "loop.json").write_text(text)
    again = Folder(folder.path)
    again.close()
    assert list(again.sounds) == ["rain"]
    assert "loop.json" in capsys.readouterr().err


def test_a_recording_that_is_gone_is_left_out(folder):
    (folder.path / recording(folder, "rain")["file"]).unlink()
    folder.close()
    again = Folder(folder.path)
    again.close()
    assert again.sounds == {}


def test_a_removed_sound_takes_its_files_along_and_is_not_written_again(folder):
    record = recording(folder, "rain")
    folder.picture("rain").write_bytes(b"")
    folder.remove("rain")
    folder.save(record)
    assert [path for path in folder.path.rglob("*") if path.is_file()] == [folder.path / ".app"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot be written"):
        Folder(tmp_path / "sounds")


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "sounds").write_text("")
    with pytest.raises(StorageError, match="sounds: cannot be written"):
        Folder(tmp_path / "sounds")
