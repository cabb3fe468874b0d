"""Damaged records: scores and the report on the corpus are refused with a reason or make a table."""

import json

import pytest
from children import check_in_child, of_file
from damage import damaged
from hypothesis import strategies as st

from texture_core.errors import StorageError
from texture_core.records.files import read_json
from texture_core.records.score_files import read_collection_scores, read_left_out, read_scores
from texture_core.report.score_rows import write_scores_tsv
from texture_core.report.table1 import table1
from texture_core.report.table1_files import table1_markdown

SCORES = {
    "texture": "rain",
    "setting": "full",
    "scores": {"autocorrelation": 0.5, "diversity": None},
    "missing": {"yamnet": "no network"},
}
TEXTURES = {"rain": {"class": "other", "also_class": "", "title": "Rain"}}
COLLECTION = {
    "setting": "full",
    "scores": {"frechet_yamnet": {"all": {"value": 1.5, "textures": 2, "points": 9}}},
    "missing": {},
}
REPORT = {"textures": [], "left_out": [{"texture": "wind", "reason": "it is silent"}], "demands": {}}
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda below: st.one_of(st.lists(below, max_size=2), st.dictionaries(st.text(max_size=5), below, max_size=2)),
    max_leaves=5,
)


def changed(record):
    """A strategy for the JSON of a record with one value, anywhere in it, that is another or not there."""
    return st.builds(_changed, st.just(record), st.sampled_from(list(_paths(record))), st.booleans(), _json)


def _paths(value, below=()):
    yield below
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*below, key))


def _changed(record, path, remove, value):
    if not path:
        return json.dumps(value).encode()
    record = json.loads(json.dumps(record))
    inner = record
    for key in path[:-1]:
        inner = inner[key]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(record).encode()


@pytest.mark.parametrize("kind", ["scores", "collection", "report"])
def test_a_damaged_or_changed_record_is_refused_or_makes_a_table(kind, cases, tmp_path):
    whole = {"scores": SCORES, "collection": COLLECTION, "report": REPORT}[kind]

    def read(path):
        records, collections, left_out = [SCORES | TEXTURES["rain"]], [COLLECTION], []
        if kind == "scores":
            records = [read_scores(path, TEXTURES)]
        elif kind == "collection":
            collections = [read_collection_scores(path)]
        else:
            left_out = read_left_out(path)
        assert table1_markdown(table1(records, left_out=left_out, collections=collections))
        write_scores_tsv(tmp_path / "scores.tsv", records)

    content = st.one_of(damaged(json.dumps(whole).encode()), changed(whole))
    check_in_child(content, of_file(tmp_path / "case.json", read, StorageError), cases)


def test_json_that_is_nested_beyond_any_stack_is_refused(tmp_path):
    path = tmp_path / "case.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(StorageError, match=r"case\.json"):
        read_json(path)
