"""Statistics between those of two textures."""

import pytest
import torch
from scipy.linalg import sqrtm

from texture_core.losses.geodesic import bures_geodesic, root_interpolation


def moments(seed, size=6, rank=20):
    factor = torch.randn(size, rank, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return factor @ factor.T / rank


def distance(first, second):
    """The Bures-Wasserstein distance, by its definition."""
    root = sqrtm(first.numpy())
    cross = sqrtm(root @ second.numpy() @ root).trace().real
    return float(first.trace() + second.trace() - 2 * cross) ** 0.5


@pytest.mark.parametrize("position", [0.0, 0.25, 0.5, 1.0])
def test_the_geodesic_divides_the_distance(position):
    first, second = moments(0), moments(1)
    between = bures_geodesic(first, second, position)
    whole = distance(first, second)
    assert distance(first, between) == pytest.approx(position * whole, abs=1e-6)
    assert distance(between, second) == pytest.approx((1 - position) * whole, abs=1e-6)
    # What is on the straight line is farther from the first than its share.
    if 0 < position < 1:
        assert distance(first, torch.lerp(first, second, position)) > 1.01 * position * whole


def test_moments_of_constant_features_are_those_of_constants_between():
    a, b = torch.rand(2, 5, generator=torch.Generator().manual_seed(0))
    mean = 0.75 * a + 0.25 * b
    torch.testing.assert_close(bures_geodesic(a.outer(a), b.outer(b), 0.25), mean.outer(mean))
    torch.testing.assert_close(root_interpolation(a.square(), b.square(), 0.25), mean.square())


def test_what_rounding_leaves_below_zero_counts_as_zero():
    assert root_interpolation(torch.tensor([-1e-9]), torch.tensor([4.0]), 0.5).tolist() == [1.0]
    # A Gram matrix of fewer frames than filters has eigenvalues of 0, which come out on either side of it.
    singular = moments(2, size=8, rank=3).float()
    torch.testing.assert_close(bures_geodesic(singular, singular, 0.5), singular)
