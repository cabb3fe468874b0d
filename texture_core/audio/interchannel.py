"""Covariance of two channels over frequency, and matrices that impose a covariance."""

import numpy as np

# Bands of a twelfth of an octave; at low frequencies a band has at least this many bins to each side. In wider ones a
# loud partial decides for its neighbours.
_BAND_RATIO = 2 ** (1 / 24)
_FEWEST_BINS = 2
# Bounds what a channel may be raised by: to 1 / sqrt of this, 20 dB.
_SHARE_OF_WANTED = 0.01


def band_covariance(samples, transform_length):
    """Compute the covariance of two channels over frequency, averaged over time and twelfth-octave bands.

    Parameters
    ----------
    samples : numpy.ndarray
        (n, 2).
    transform_length : int
        Samples, even.

    Returns
    -------
    numpy.ndarray
        (transform_length / 2 + 1, 2, 2), float64: the real part of the cross spectrum, in power per band. The band
        around each bin reaches a 24th of an octave, at least 2 bins, to both sides.
    """
    # It takes longer to import than all that reads and checks a recording, and mono needs none of it.
    from scipy.signal import csd

    missing = max(transform_length - len(samples), 0)
    columns = np.pad(samples.astype(np.float64), ((0, missing), (0, 0))).T
    settings = {"nperseg": transform_length, "detrend": False, "scaling": "spectrum"}
    first, second, cross = (csd(columns[i], columns[j], **settings)[1].real for i, j in ((0, 0), (1, 1), (0, 1)))
    return _over_bands(np.stack([first, cross, cross, second], axis=1)).reshape(-1, 2, 2)


def _over_bands(values):
    """Sums of values (bins, ...) over the band around each bin."""
    count = len(values)
    bins = np.arange(count)
    lowest = np.minimum(np.ceil(bins / _BAND_RATIO), bins - _FEWEST_BINS).clip(0).astype(int)
    highest = np.maximum(np.floor(bins * _BAND_RATIO), bins + _FEWEST_BINS).clip(None, count - 1).astype(int)
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return total[highest + 1] - total[lowest]


def matching_matrices(measured, wanted):
    """Compute the matrices that give two channels a wanted covariance with the least change.

    Parameters
    ----------
    measured, wanted : numpy.ndarray
        (bins, 2, 2), symmetric and positive semidefinite.

    Returns
    -------
    numpy.ndarray
        (bins, 2, 2), symmetric: M with M measured M = wanted, up to one factor for all bins that preserves the total
        power. The identity where either covariance has no power.

    Notes
    -----
    Of all matrices that map one covariance to another, this one changes the channels least in the mean square (Olkin &
    Pukelsheim 1982), as Vilkamo, Bäckström & Kuntz (2013) propose for spatial sound. It is the geometric mean of
    measured⁻¹ and wanted, which has a closed form for 2 x 2 matrices: with m and w the roots of
    their determinants, M = (wanted + w / m adj(measured)) / sqrt(tr(measured wanted) + 2 m w).

    The gain is limited to 20 dB: a hundredth of the wanted covariance is added to the measured one.
    """
    powers = _trace(measured), _trace(wanted)
    if not (powers[0].any() and powers[1].any()):
        return np.broadcast_to(np.eye(2), measured.shape)
    is_known = ((powers[0] > 0) & (powers[1] > 0))[:, None, None]
    wanted = wanted * (powers[0].sum() / powers[1].sum())
    wanted = np.where(is_known, wanted, np.eye(2))
    bounded = np.where(is_known, (measured + _SHARE_OF_WANTED * wanted) / (1 + _SHARE_OF_WANTED), np.eye(2))
    m, w = _root_of_determinant(bounded), _root_of_determinant(wanted)
    adjugate = _trace(bounded)[:, None, None] * np.eye(2) - bounded
    # m is 0 only where w is: the share of `wanted` sees to it.
    ratio = np.divide(w, m, out=np.zeros_like(w), where=m > 0)
    matrices = wanted + ratio[:, None, None] * adjugate
    return matrices / np.sqrt(_trace(bounded @ wanted) + 2 * m * w)[:, None, None]


def _trace(matrices):
    return np.trace(matrices, axis1=1, axis2=2)


def _root_of_determinant(matrices):
    # Rounding may leave the determinant of a pair that is fully coherent below 0.
    return np.sqrt(np.clip(np.linalg.det(matrices), 0, None))
