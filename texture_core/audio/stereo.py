"""Stereo as two signals that do not correlate: how a recording is taken apart so, and a texture put together again.

Left and right are turned, at each frequency by an angle of its own, so that what is left of their correlation is small.
Signals that do not correlate can be given new phases each by itself; turned back they correlate as left and right did.
What new phases leave of a correlation by chance, and what a synthesis misses of the signals' powers, is then corrected
in bands of a twelfth of an octave.
"""

from dataclasses import dataclass

import numpy as np

from texture_core.audio.interchannel import band_covariance, matching_matrices
from texture_core.audio.matrix_filter import design_filter, filter_blocks, filter_samples

# Of the second axis against the first, in power: below it (-70 dB) all of the recording is one signal in two channels.
_NO_SECOND_AXIS = 1e-7
# In transforms of the spectrogram, 32 ms each: what tells narrow bands of low sounds apart.
_TRANSFORMS = 4
# How much the axes of the whole recording count against those of a band whose channels differ in nothing.
_SHARE_OF_WHOLE = 0.01


@dataclass(frozen=True)
class PannedImage:
    """One signal in two channels: dual mono, one silent channel, and all that is panned as a whole.

    Attributes
    ----------
    gains : tuple of float
        Of left and right; the larger one is 1 in absolute value.
    """

    gains: tuple[float, float]

    def render(self, blocks, loop):
        """Samples (any number, 1), block by block, to left and right, (any number, 2)."""
        for block in blocks:
            yield block * np.array(self.gains, dtype=block.dtype)


@dataclass(frozen=True)
class StereoImage:
    """Two signals that do not correlate, and what makes left and right of them.

    Attributes
    ----------
    angle : numpy.ndarray
        (bins,), in radians, at evenly spaced frequencies from 0 to half the sample rate: the direction of the first
        signal between left (0) and right (π / 2); the second is at a right angle to it.
    covariance : numpy.ndarray
        (bins, 2, 2): of the recording's two signals, as of `texture_core.audio.interchannel.band_covariance`.
    """

    angle: np.ndarray
    covariance: np.ndarray

    def render(self, blocks, loop):
        """The two signals, block by block, to left and right.

        Parameters
        ----------
        blocks : iterable of numpy.ndarray
            (any number, 2); each long enough to tell the covariance of, seconds at best.
        loop : bool
            Whether the last sample is followed by the first.

        Yields
        ------
        numpy.ndarray
            (any number, 2), float32; as many together as were given.
        """
        length = 2 * (len(self.angle) - 1)
        return filter_blocks(((block, self._taps(block, length)) for block in blocks), length // 2, loop)

    def _taps(self, block, length):
        corrections = matching_matrices(band_covariance(block, length), self.covariance)
        return design_filter(_rotations(self.angle) @ corrections)


def take_apart(samples, n_fft):
    """Turn left and right into signals that do not correlate.

    Parameters
    ----------
    samples : numpy.ndarray
        (n, 2), not silent.
    n_fft : int
        Samples of the transforms that the signals are for.

    Returns
    -------
    signals : numpy.ndarray
        (n, 1) of a recording that is one signal in two channels, else (n, 2); float64.
    image : PannedImage or StereoImage
    """
    samples = np.asarray(samples, dtype=np.float64)
    powers, axes = np.linalg.eigh(samples.T @ samples)
    if powers[0] <= _NO_SECOND_AXIS * powers[1]:
        gains = axes[:, 1] / axes[np.abs(axes[:, 1]).argmax(), 1]
        # Equal channels are to be as their mean is, to the bit.
        gains = np.where(np.abs(np.abs(gains) - 1) < np.sqrt(_NO_SECOND_AXIS), np.sign(gains), gains)
        return (samples @ gains / (gains @ gains))[:, None], PannedImage(tuple(gains.tolist()))
    covariance = band_covariance(samples, _TRANSFORMS * n_fft)
    return turn(samples, _axis_angles(covariance, np.arctan2(axes[1, 1], axes[0, 1])))


def turn(samples, angle):
    """Left and right (n, 2), by angles over frequency, to two signals (n, 2), float64, and their `StereoImage`."""
    signals = filter_samples(samples, design_filter(_rotations(angle).transpose(0, 2, 1)))
    return signals, StereoImage(angle, band_covariance(signals, 2 * (len(angle) - 1)))


def _axis_angles(covariance, whole):
    """The directions over frequency in which two channels do not correlate, near to that of the whole recording.

    Which of the two axes is the first is not decided by their powers, which may cross from band to band, but by
    continuity: four times the angle is the same for both axes and both of their signs.
    """
    power = covariance[:, 0, 0] + covariance[:, 1, 1]
    difference = covariance[:, 0, 0] - covariance[:, 1, 1] + 2j * covariance[:, 0, 1]
    direction = np.divide(difference, power, out=np.zeros_like(difference), where=power > 0) ** 2
    # Relative to the whole recording's, which decides where a band's channels have no direction.
    relative = direction * np.exp(-4j * whole) + _SHARE_OF_WHOLE
    turned = np.unwrap(np.angle(relative))
    # The loudest band is at most half a right angle from the whole.
    loudest = turned[power.argmax()]
    return whole + (turned - 2 * np.pi * np.round(loudest / (2 * np.pi))) / 4


def _rotations(angle):
    """(bins, 2, 2): from the two signals to left and right."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine, -sine, sine, cosine], axis=1).reshape(-1, 2, 2)
