"""Files appear whole or not at all, and text and JSON are the same bytes everywhere."""

import json
import math
import os
import stat

import numpy as np
import pytest
from stored import spectrogram, synthesis

from texture_core.errors import StorageError
from texture_core.records.files import read_json, replacing, write_json, write_text
from texture_core.records.spectrogram_files import write_spectrogram, write_synthesis


def test_replacing_shows_the_new_file_only_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.name.startswith(".")
        assert temporary.suffix == path.suffix
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_no_litter(error, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    expected = StorageError if error is OSError else error
    with pytest.raises(expected, match="in the middle"), replacing(path) as temporary:
        temporary.write_text("half")
        raise error("in the middle")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]
    with pytest.raises(expected), replacing(tmp_path / "b.txt"):
        raise error("in the middle")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_two_writers_do_not_meet(tmp_path):
    with replacing(tmp_path / "a.txt") as first, replacing(tmp_path / "a.txt") as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


WRITERS = {
    "text": lambda path: write_text(path, "x"),
    "JSON": lambda path: write_json(path, {}),
    "spectrogram": lambda path: write_spectrogram(path, spectrogram(2)),
    "synthesis": lambda path: write_synthesis(path, synthesis()),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_folder_that_cannot_be_made(writer, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cannot be written \(.+\); free or unlock its folder") as caught:
        WRITERS[writer](tmp_path / "file" / "a.h5")
    assert str(tmp_path / "file" / "a.h5") in str(caught.value)
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("writer", WRITERS)
def test_a_folder_that_is_locked(writer, tmp_path):
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked").chmod(0o500)
    with pytest.raises(StorageError, match="cannot be written"):
        WRITERS[writer](tmp_path / "locked" / "a.h5")
    (tmp_path / "locked").chmod(0o700)
    assert not list((tmp_path / "locked").iterdir())


def test_a_folder_stands_where_the_file_should(tmp_path):
    (tmp_path / "a.h5").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        write_text(tmp_path / "a.h5", "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.h5"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
@pytest.mark.parametrize("writer", WRITERS)
def test_the_umask_is_respected(writer, mask, mode, tmp_path):
    before = os.umask(mask)
    try:
        WRITERS[writer](tmp_path / "a.h5")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.h5").stat().st_mode) == mode


def test_text_is_utf_8_with_its_own_line_ends(tmp_path):
    write_text(tmp_path / "a.txt", "Gräser\nim Wind\n")
    assert (tmp_path / "a.txt").read_bytes() == "Gräser\nim Wind\n".encode()


def test_json_round_trip_and_numbers_that_are_not_finite(tmp_path):
    value = {
        "nan": math.nan,
        "infinite": [-math.inf, (1.5, np.float32(0.5), np.float64("nan"))],
        "nested": {"deep": {"x": float("inf")}},
        "text": "NaN",
        "whole": 3,
        "yes": True,
        "none": None,
    }
    write_json(tmp_path / "a.json", value)
    finite = {"nan": None, "infinite": [None, [1.5, 0.5, None]], "nested": {"deep": {"x": None}}}
    assert read_json(tmp_path / "a.json") == value | finite
    # As strict JSON knows it.
    json.loads((tmp_path / "a.json").read_text(), parse_constant=pytest.fail)


def test_equal_json_values_are_equal_bytes(tmp_path):
    write_json(tmp_path / "a.json", {"a": 1, "b": {"c": 2, "d": 3}})
    write_json(tmp_path / "b.json", {"b": {"d": 3, "c": 2}, "a": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json").read_bytes().endswith(b"}\n")


@pytest.mark.parametrize("content", [b"", b"{", b"{'a': 1}", b"\xff\xfe\x00"])
def test_json_that_cannot_be_read(content, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"a\.json: cannot be read as JSON.*delete it and run again"):
        read_json(tmp_path / "a.json")
