"""Which recordings are looked at again before a run."""

import os
import shutil

import pytest
from planning.recordings import demands, facts, look_at, not_yet_seen

from texture_core.audio.recording import write_audio
from texture_core.demo import demo_texture
from texture_core.records.files import write_json

AUDIO = {"duration": 1.0}
OLD = (1_000_000_000, 1_000_000_000)


@pytest.fixture
def corpus(tmp_path):
    """A corpus of two recordings, their paths and the report of a check."""
    paths = {name: tmp_path / "mine" / f"{name}.wav" for name in ("rain", "tapping")}
    for name, path in paths.items():
        write_audio(path, demo_texture(name, duration=1.0), 16000)
    corpus = {"textures": [{"name": name} for name in paths], "left_out": [], "minimum_seconds": 0.5}
    usable, bad = look_at(corpus, AUDIO, paths)
    assert not bad
    report = tmp_path / "corpus_check.json"
    written = {"textures": usable, "left_out": bad, "demands": demands(corpus, AUDIO), "recordings": facts(paths)}
    write_json(report, written)
    return corpus, paths, report


def test_what_was_looked_at_and_is_the_same_is_not_looked_at_again(corpus):
    corpus, paths, report = corpus
    assert not_yet_seen(corpus, AUDIO, paths, report) == {}
    os.utime(paths["rain"])
    assert list(not_yet_seen(corpus, AUDIO, paths, report)) == ["rain"]
    assert not_yet_seen(corpus, {"duration": 2.0}, paths, report) == paths
    report.unlink()
    assert not_yet_seen(corpus, AUDIO, paths, report) == paths


def test_an_older_file_in_the_place_of_one_is_looked_at(corpus):
    """As `cp -a` and archives leave it: with the times of long ago, and here with as many bytes."""
    corpus, paths, report = corpus
    other = report.with_name("other.wav")
    other.write_bytes(b"no sound".ljust(paths["rain"].stat().st_size))
    os.utime(other, OLD)
    shutil.copy2(other, paths["rain"])
    assert list(not_yet_seen(corpus, AUDIO, paths, report)) == ["rain"]


def test_the_same_names_in_another_folder_are_looked_at(corpus):
    corpus, paths, report = corpus
    others = {name: path.parents[1] / "others" / path.name for name, path in paths.items()}
    shutil.copytree(paths["rain"].parent, others["rain"].parent)
    for path in others.values():
        os.utime(path, OLD)
    # Newer than all of them, as after a while.
    os.utime(report, (4_000_000_000, 4_000_000_000))
    assert not_yet_seen(corpus, AUDIO, paths, report) == {}
    assert not_yet_seen(corpus, AUDIO, others, report) == others
