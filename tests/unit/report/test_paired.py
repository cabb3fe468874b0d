"""Intervals of means and paired comparisons, against their definitions and known distributions."""

import itertools
import math

import numpy as np
import pytest

from texture_core.report.paired import compare, mean_interval


def test_an_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = [
        found.low <= 3.0 <= found.high for found in (mean_interval(rng.normal(3.0, 1.0, 40)) for _ in range(200))
    ]
    # A binomial of 200 at 0.95, give or take four deviations.
    assert 0.88 < np.mean(covered) <= 1.0
    assert np.mean(covered) < 1.0


def test_an_interval_narrows_with_the_root_of_the_number():
    values = np.random.default_rng(2).normal(size=4096)
    few, many = mean_interval(values[:64]), mean_interval(values)
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(8.0, rel=0.3)


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_an_interval_of_what_does_not_vary(values):
    found = mean_interval(values)
    assert found.mean == 2.0
    assert (found.low, found.high) == (2.0, 2.0) if len(values) > 1 else math.isnan(found.low)


def test_scores_that_are_ratios_are_compared_by_their_logarithms():
    first, second = np.array([2.0, 40.0, 6.0, 8e3, 10.0]), np.array([1.0, 20.0, 3.0, 4e3, 5.0])
    found = compare("diversity", first, second)
    assert (found.textures, found.effect) == (5, 1.0)
    assert found.typical == pytest.approx(2.0)
    assert compare("diversity", first, second, factor=2.0).p_value == 1.0
    assert compare("mcdermott_snr", first, second).typical == 5.0


def test_the_exact_test_and_its_effect_by_enumeration():
    differences = np.array([1.0, -2.0, 3.0, 4.0, 5.0])
    found = compare("mcdermott_snr", differences, np.zeros(5))
    ranks = np.arange(1, 6)
    statistic = (ranks * np.sign(differences)).sum()
    all_signs = [(ranks * np.array(signs)).sum() for signs in itertools.product((-1, 1), repeat=5)]
    assert found.p_value == pytest.approx(np.mean(np.abs(all_signs) >= abs(statistic)))
    assert found.effect == pytest.approx(statistic / ranks.sum())
    assert found.verdict is None


def test_a_comparison_turns_around():
    rng = np.random.default_rng(3)
    first = rng.lognormal(size=30)
    second = first * rng.lognormal(0.5, 0.2, 30)
    one, other = compare("yamnet_kl", first, second), compare("yamnet_kl", second, first)
    assert (one.verdict, other.verdict) == (False, True)
    assert one.effect == pytest.approx(-other.effect)
    assert one.typical == pytest.approx(1 / other.typical)
