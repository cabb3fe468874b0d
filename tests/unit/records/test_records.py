"""Records of earlier jobs: what is read, and the message for what is not such a record."""

import json

import pytest

from texture_core.errors import StorageError
from texture_core.records.score_files import read_collection_scores, read_left_out, read_scores

SCORES = {
    "texture": "rain",
    "setting": "full",
    "scores": {"diversity": None, "patchwork": 0.5},
    "missing": {"yamnet": "no network"},
}
TEXTURES = {"rain": {"class": "other", "also_class": "", "title": "Rain"}}
COLLECTION = {"setting": "full", "scores": {"f": {"all": {"value": 1.5, "textures": 2, "points": 9}}}, "missing": {}}


@pytest.fixture
def written(tmp_path):
    def write(value):
        path = tmp_path / "record.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        return path

    return write


def test_records_come_back_as_they_were_written(written):
    assert read_scores(written(SCORES), TEXTURES) == SCORES | TEXTURES["rain"]
    assert read_collection_scores(written(COLLECTION)) == COLLECTION
    left_out = [{"texture": "wind", "reason": "it is silent"}]
    assert read_left_out(written({"left_out": left_out})) == left_out


def scores_of_rain(path):
    return read_scores(path, TEXTURES)


@pytest.mark.parametrize(
    ("read", "record", "message"),
    [
        (scores_of_rain, [], "the file: expected a mapping, found"),
        (scores_of_rain, {**SCORES, "texture": "wind"}, "texture: expected a texture of the corpus, found 'wind'"),
        (scores_of_rain, {**SCORES, "setting": 3}, "setting: expected a text, found 3"),
        (
            scores_of_rain,
            {**SCORES, "scores": {"diversity": True}},
            "scores.diversity: expected a number or null, found True",
        ),
        (scores_of_rain, {**SCORES, "missing": {"yamnet": None}}, "missing.yamnet: expected a text, found None"),
        (read_collection_scores, {**COLLECTION, "scores": {"f": 1}}, "scores.f: expected groups and their values"),
        (read_left_out, {"left_out": [{"texture": "wind"}]}, "left_out: expected a texture and a reason each"),
        (read_left_out, {}, "left_out: expected a list, found None"),
    ],
)
def test_another_record_is_refused_with_its_key(written, read, record, message):
    path = written(record)
    with pytest.raises(StorageError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {message}") and "delete it and run again" in str(caught.value)
