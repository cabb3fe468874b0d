"""Damaged files of classifiers: heads, whitenings and released embeddings are refused with a reason or read."""

import h5py
import numpy as np
import pytest
import torch
from children import check_in_child, of_file
from damage import damaged

from texture_core.classifiers.audioset import masked_crc32c, read_clips
from texture_core.classifiers.logistic import LogisticHead, read_head, write_head
from texture_core.classifiers.vggish import load_components
from texture_core.errors import ClassifierError, TextureError


def test_a_damaged_head_is_refused_or_read(cases, tmp_path):
    path = tmp_path / "whole.h5"
    write_head(path, LogisticHead(np.ones((3, 4), np.float32), np.zeros(3, np.float32)))
    check_in_child(damaged(path.read_bytes()), of_file(tmp_path / "case.h5", read_head, ClassifierError), 2 * cases)


@pytest.mark.parametrize("suffix", ["npz", "h5", "pt"])
def test_a_damaged_whitening_is_refused_or_read(suffix, cases, tmp_path):
    arrays = {"pca_eigen_vectors": np.eye(128, dtype=np.float32), "pca_means": np.zeros((128, 1), np.float32)}
    path = tmp_path / f"whole.{suffix}"
    if suffix == "npz":
        np.savez(path, **arrays)
    elif suffix == "h5":
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file[name] = array
    else:
        torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, path)
    check = of_file(tmp_path / f"case.{suffix}", load_components, ClassifierError)
    check_in_child(damaged(path.read_bytes()), check, cases)


def test_damaged_embeddings_are_refused_or_read(cases, tmp_path):
    def record(payload):
        length = len(payload).to_bytes(8, "little")
        sums = [masked_crc32c(part).to_bytes(4, "little") for part in (length, payload)]
        return length + sums[0] + payload + sums[1]

    def read(path):
        list(read_clips(path))

    check = of_file(tmp_path / "case.tfrecord", read, TextureError)
    # Damage outside, which the sums tell, and inside, with sums that are right.
    payload = b"\x0a\x10\x0a\x0e\x0a\x08video_id\x12\x02\x0a\x00" + b"\x12\x08\x0a\x06\x0a\x02ab\x12\x00"
    check_in_child(damaged(record(payload)), check, cases)
    check_in_child(damaged(payload).map(record), check, cases)
