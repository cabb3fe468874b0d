"""Statistics over textures: confidence intervals of means, and paired comparisons of two settings."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from texture_core.report.score_labels import format_number, is_ratio, score_unit

# Of the tests.
SIGNIFICANCE = 0.05
_DRAWS = 9999


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % bootstrap confidence interval (BCa; Efron 1987); limits are NaN for a single value."""

    mean: float
    low: float
    high: float


def interval_text(interval):
    """Format an `Interval`, such as ``5.50 [3.10, 8.20]``."""
    limits = (format_number(limit if np.isfinite(limit) else None) for limit in (interval.low, interval.high))
    return f"{format_number(interval.mean)} [{', '.join(limits)}]"


def mean_interval(values, seed=0):
    """Compute the mean of values (n,) and its `Interval` under resampling of textures."""
    values = np.asarray(values, dtype=float)
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, np.nan, np.nan)
    if np.ptp(values) == 0:
        return Interval(mean, mean, mean)
    found = stats.bootstrap((values,), np.mean, n_resamples=_DRAWS, rng=np.random.default_rng(seed))
    return Interval(mean, float(found.confidence_interval.low), float(found.confidence_interval.high))


@dataclass(frozen=True)
class Comparison:
    """Comparison of two settings on the same textures.

    Attributes
    ----------
    textures : int
    typical : float
        Median of first / second if `ratio`, else of first - second.
    ratio : bool
        Whether the score is on a ratio scale and all its values are above 0.
    effect : float
        Matched-pairs rank-biserial correlation, from -1 (the second is larger everywhere) to 1.
    p_value : float
        Of the two-sided Wilcoxon signed-rank test.
    """

    textures: int
    typical: float
    ratio: bool
    effect: float
    p_value: float

    @property
    def verdict(self):
        """True if the first is significantly larger, False if the second is, else None."""
        return None if self.p_value >= SIGNIFICANCE else self.effect > 0


def typical_text(score, comparison):
    """Format the typical ratio of a `Comparison`, such as ``2.1``, or the difference, such as ``-1.40 dB``."""
    if comparison.ratio:
        return f"{comparison.typical:.3g}"
    unit = score_unit(score)
    return f"{format_number(unit.factor * comparison.typical)} {unit.symbol}".strip()


def compare(score, first, second, factor=1.0):
    """Compare a score of two settings, texture by texture.

    Parameters
    ----------
    score : str
        For scores on a ratio scale, logarithms are compared.
    first, second : numpy.ndarray
        (textures,).
    factor : float
        The second values are multiplied by this.

    Returns
    -------
    Comparison
    """
    first, second = np.asarray(first, dtype=float), factor * np.asarray(second, dtype=float)
    ratio = is_ratio(score) and bool((first > 0).all() and (second > 0).all())
    if ratio:
        differences = np.log(first) - np.log(second)
        typical = float(np.exp(np.median(differences)))
    else:
        differences = first - second
        typical = float(np.median(differences))
    moved = differences[differences != 0]
    if not len(moved):
        return Comparison(len(first), typical, ratio, 0.0, 1.0)
    ranks = stats.rankdata(np.abs(moved))
    effect = float((ranks * np.sign(moved)).sum() / ranks.sum())
    return Comparison(len(first), typical, ratio, effect, float(stats.wilcoxon(moved).pvalue))
