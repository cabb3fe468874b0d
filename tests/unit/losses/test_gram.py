"""The Gram loss against loops."""

import numpy as np
import pytest
import torch
from maps import random_maps, relative_squared_distance, tensors

from texture_core.losses.gram import GramLoss, gram_matrix


def gram_by_loops(values):
    filters, frames = values.shape
    gram = np.zeros((filters, filters))
    for i in range(filters):
        for j in range(filters):
            for t in range(frames):
                gram[i, j] += values[i, t] * values[j, t] / frames
    return gram


@pytest.mark.parametrize("filters", [1, 127, 128, 129, 300, 512])
def test_gram_matrix_of_many_rows(filters):
    """However it is cut into blocks of rows."""
    feature_map = torch.from_numpy(np.random.default_rng(3).normal(size=(filters, 7)))
    expected = torch.einsum("it,jt->ij", feature_map, feature_map) / 7
    assert (gram_matrix(feature_map) - expected).abs().max().item() < 1e-13


@pytest.mark.parametrize(
    ("shapes", "target_shapes"),
    [
        ([(3, 11)], [(3, 11)]),
        ([(3, 11), (4, 8), (1, 5)], [(3, 11), (4, 8), (1, 5)]),
        ([(3, 17), (4, 14)], [(3, 11), (4, 8)]),
    ],
    ids=["one network", "three networks", "another length"],
)
def test_gram_loss(shapes, target_shapes, device):
    maps, target = random_maps(shapes, 1), random_maps(target_shapes, 2)
    expected = relative_squared_distance(
        [gram_by_loops(values) for values in maps], [gram_by_loops(values) for values in target]
    )
    assert GramLoss(tensors(target, device))(tensors(maps, device)).item() == pytest.approx(expected, rel=1e-12)
    single = GramLoss(tensors(target, device, torch.float32))(tensors(maps, device, torch.float32))
    assert single.item() == pytest.approx(expected, rel=1e-5)
