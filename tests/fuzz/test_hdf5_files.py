"""Damaged and wrong HDF5 files: spectrograms and syntheses are refused with a reason or are what they should be."""

from dataclasses import asdict

import h5py
import numpy as np
import pytest
from children import check_in_child, of_file
from damage import damaged
from hypothesis import strategies as st

from texture_core.errors import TextureError
from texture_core.methods.recreation import recreate
from texture_core.records.provenance import recorded
from texture_core.records.spectrogram_files import (
    Spectrogram,
    Synthesis,
    read_spectrogram,
    read_synthesis,
    write_synthesis,
)

SPECTROGRAM = Spectrogram(np.full((9, 12), 0.5, np.float32), 2000, 16, 8)
ATTRIBUTES = {
    "parameters": {"alpha": 3.0},
    "provenance": {"inputs": {}},
    "seed": 0,
    "texture": "rain",
    "setting": "full",
    "device": "cpu",
    "seconds": 1.5,
}
NAMES = ("log_magnitude", "loss", "further_losses", "snapshots", "samples")


@pytest.fixture
def whole(tmp_path):
    """A synthesis with all that one may have."""
    path = tmp_path / "whole.h5"
    further, snapshots = {"gram": np.ones(3)}, {1: SPECTROGRAM.log_magnitude}
    samples = np.zeros(88, np.float32)
    write_synthesis(path, Synthesis(SPECTROGRAM, np.ones((3, 6)), ATTRIBUTES, further, snapshots, samples))
    return path


def _read(path):
    spectrogram = read_spectrogram(path)
    assert spectrogram.log_magnitude.shape[0] == spectrogram.n_fft // 2 + 1
    assert np.isfinite(spectrogram.log_magnitude).all() and spectrogram.log_magnitude.min() >= 0
    synthesis = read_synthesis(path)
    assert synthesis.loss.shape[1] == 6
    recorded(synthesis)
    recreate(path, SPECTROGRAM)


def test_a_damaged_file_is_refused_or_read(whole, cases, tmp_path):
    check = of_file(tmp_path / "case.h5", _read, TextureError)
    check_in_child(damaged(whole.read_bytes()), check, 3 * cases)


_numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans())
_attribute = st.one_of(_numbers, st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.lists(_numbers))
_shape = st.lists(st.integers(0, 12), max_size=3).map(tuple)
_dataset = st.tuples(_shape, st.sampled_from(("f4", "f8", "i4", "u8", "c8", "?", "S4", "O")), st.sampled_from((0, 1)))
_object = st.one_of(st.none(), st.just("group"), _dataset)
_changes = st.lists(
    st.one_of(
        st.tuples(st.just("attribute"), st.sampled_from([*asdict(SPECTROGRAM), *ATTRIBUTES]), _attribute),
        st.tuples(st.just("object"), st.sampled_from(NAMES), _object),
        st.tuples(st.just("columns"), st.sampled_from(NAMES), _attribute),
    ),
    min_size=1,
    max_size=3,
)


def test_wrong_types_shapes_and_attributes_are_refused_or_read(whole, cases, tmp_path):
    path, content = tmp_path / "case.h5", whole.read_bytes()

    def check(changes):
        path.write_bytes(content)
        with h5py.File(path, "r+") as file:
            for change in changes:
                _change(file, *change)
        try:
            _read(path)
        except TextureError as error:
            assert str(error), "an error without a message"

    check_in_child(_changes, check, cases)


def _change(file, what, name, value):
    try:
        if what == "attribute":
            file.attrs[name] = value
        elif what == "columns":
            for attribute in ("columns", "iterations"):
                file[name].attrs[attribute] = value
        else:
            file.pop(name, None)
            if value == "group":
                file.create_group(name)
            elif value is not None:
                shape, kind, fill = value
                kind = h5py.string_dtype() if kind == "O" else kind
                file.create_dataset(
                    name, shape, kind, fillvalue=fill if kind in ("f4", "f8", "i4", "u8", "?") else None
                )
    except (TypeError, OverflowError, KeyError, ValueError):
        # What h5py does not store is in no file; nor is a change to what an earlier one removed.
        pass


@pytest.mark.parametrize("count", [2**33, 2**60])
def test_a_small_file_that_claims_a_huge_spectrogram_costs_no_memory(count, tmp_path, whole):
    path = tmp_path / "case.h5"

    def check(_):
        path.write_bytes(whole.read_bytes())
        with h5py.File(path, "r+") as file:
            del file["log_magnitude"]
            file.create_dataset("log_magnitude", (9, count), "f4", chunks=(9, 256))
        with pytest.raises(TextureError, match="log_magnitude"):
            read_spectrogram(path)

    check_in_child(st.none(), check, 1)
