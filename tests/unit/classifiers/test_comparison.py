"""The divergence between label probabilities, and the distance between collections."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st

from texture_core.classifiers.comparison import bernoulli_divergence, classifier_divergence
from texture_core.classifiers.frechet import frechet_distance, paired_embeddings
from texture_core.errors import ParameterError
from texture_core.runtime.randomness import numpy_generator


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        ([0.5], [0.25], 0.5 * math.log(2) + 0.5 * math.log(2 / 3)),
        ([0.25], [0.5], 0.25 * math.log(1 / 2) + 0.75 * math.log(3 / 2)),
        ([0.9], [0.1], 0.8 * math.log(9)),
        ([0.5, 0.9], [0.25, 0.9], 0.25 * math.log(4 / 3)),  # the mean over classes
    ],
)
def test_divergence_of_hand_made_pairs(p, q, expected):
    assert bernoulli_divergence(p, q) == pytest.approx(expected, rel=1e-14)


def test_certainty_is_clipped():
    assert bernoulli_divergence([1.0], [0.0], epsilon=0.01) == pytest.approx(0.98 * math.log(99))
    assert bernoulli_divergence([0.0, 1.0], [0.0, 1.0]) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_divergence_is_zero_for_equals_and_never_negative(pairs):
    p, q = np.array(pairs).T
    assert bernoulli_divergence(p, p) == 0.0
    assert bernoulli_divergence(p, q) >= -1e-15


def mean_square(samples):
    """A classifier whose only probability is the power of a second of sound."""
    seconds = samples.reshape(-1, 16000)
    return SimpleNamespace(probabilities=np.square(seconds).mean(axis=1, keepdims=True), embeddings=seconds[:, :3])


def test_classifier_divergence_pools_patches_resamples_and_has_a_direction():
    quiet_then_loud = np.repeat(np.sqrt([0.2, 0.8]), 16000)
    steady = np.full(16000, math.sqrt(0.5))
    assert classifier_divergence(mean_square, steady, quiet_then_loud, 16000) == pytest.approx(0, abs=1e-12)
    target, synthesis = np.full(16000, 0.5), np.full(16000, math.sqrt(0.5))
    expected = bernoulli_divergence([0.5], [0.25])
    assert classifier_divergence(mean_square, target, synthesis, 16000) == pytest.approx(expected)
    tone = np.sin(2 * np.pi * 100 * np.arange(32000) / 32000)
    assert classifier_divergence(mean_square, tone, tone[::2].repeat(2), 32000) < 1e-3


def test_frechet_distance_of_shifted_and_of_scaled_points():
    points = numpy_generator(0, "points").standard_normal((200, 3))
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-12)
    assert frechet_distance(points, points + np.array([1.0, 2.0, 0.0])) == pytest.approx(5)
    centred = points - points.mean(axis=0)
    trace = np.trace(np.cov(points.T))
    assert frechet_distance(centred, 3 * centred) == pytest.approx((3 - 1) ** 2 * trace)


def test_frechet_distance_is_its_definition():
    generator = numpy_generator(0, "definition")
    first = generator.standard_normal((50, 4)) @ generator.standard_normal((4, 4))
    second = generator.standard_normal((60, 4)) @ generator.standard_normal((4, 4)) + 1
    covariances = np.cov(first.T), np.cov(second.T)
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = np.square(first.mean(axis=0) - second.mean(axis=0)).sum() + np.trace(sum(covariances) - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_with_fewer_points_than_dimensions():
    points = numpy_generator(0, "few").standard_normal((5, 100))
    assert frechet_distance(points, points[::-1]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(points, 2 * points) == pytest.approx(
        np.square(points.mean(axis=0)).sum() + np.trace(np.cov(points.T))
    )


def test_frechet_distance_refuses_what_has_no_covariance():
    with pytest.raises(ParameterError, match=r"found \(1, 3\) and \(2, 3\)"):
        frechet_distance(np.zeros((1, 3)), np.zeros((2, 3)))


def test_embeddings_come_in_pairs_at_the_classifiers_rate():
    samples = numpy_generator(0, "collection").standard_normal(4 * 16000)
    first, second = paired_embeddings(mean_square, samples, 2 * samples[: 3 * 16000], 16000)
    np.testing.assert_array_equal(first, samples.reshape(4, -1)[:3, :3])
    np.testing.assert_array_equal(second, 2 * first)
    first, second = paired_embeddings(mean_square, np.ones(2 * 8000), np.ones(8000), 8000)
    assert first.shape == second.shape == (1, 3)
