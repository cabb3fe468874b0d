"""Damaged and forged checkpoints: each is refused with a reason or gives the state that was saved."""

import hashlib
import json

import numpy as np
import pytest
from children import check_in_child, of_file
from damage import damaged
from hypothesis import strategies as st

from texture_core.errors import StorageError
from texture_core.records.checkpoints import read_checkpoint, write_checkpoint

IDENTITY = {"seed": 0, "parameters": {"alpha": 3.0, "losses": {}}}
STATE = {"iterate": np.arange(12.0).reshape(3, 4), "count": 3, "pairs": [np.ones(5, np.float32), "text", None]}


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "whole.checkpoint"
    write_checkpoint(path, IDENTITY, STATE)
    return path.read_bytes()


def _read_as_saved(path):
    state = read_checkpoint(path, IDENTITY)
    assert np.array_equal(state["iterate"], STATE["iterate"]) and state["count"] == STATE["count"]


def test_a_damaged_checkpoint_is_never_believed(content, cases, tmp_path):
    check_in_child(damaged(content), of_file(tmp_path / "case.checkpoint", _read_as_saved, StorageError), 2 * cases)


_header = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just("<f8"), st.just("array")
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from(("identity", "state", "arrays", "array")), below)
    ),
    max_leaves=12,
)


def test_a_forged_header_with_its_right_sum_is_refused_or_read(content, cases, tmp_path):
    def forged(case):
        first, line, rest = content.split(b"\n", 2)
        header = json.loads(line) | (case if isinstance(case, dict) else {"state": case})
        body = json.dumps(header).encode() + b"\n" + rest
        return first[: -len(hashlib.sha256().hexdigest())] + hashlib.sha256(body).hexdigest().encode() + b"\n" + body

    check = of_file(tmp_path / "case.checkpoint", lambda path: read_checkpoint(path, IDENTITY), StorageError)
    check_in_child(_header.map(forged), check, cases)
