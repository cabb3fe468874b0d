"""Stereo as two uncorrelated signals: decompose a recording, and recompose a texture.

Left and right are rotated, by a separate angle at each frequency, so that little of their correlation remains. Phases
of uncorrelated signals can be recovered independently; rotating back restores the correlation of left and right. A
correction in twelfth-octave bands then removes accidental correlation and errors of the synthesised powers.
"""

from dataclasses import dataclass

import numpy as np

from texture_core.audio.interchannel import band_covariance, matching_matrices
from texture_core.audio.matrix_filter import design_filter, filter_blocks, filter_samples

# Power of the second axis relative to the first (-70 dB), below which the recording is one signal in two channels.
_NO_SECOND_AXIS = 1e-7
# Filter length in windows of the spectrogram, 32 ms each: long enough to separate narrow bands at low frequencies.
_TRANSFORMS = 4
# Weight of the axes of the whole recording relative to those of a band.
_SHARE_OF_WHOLE = 0.01


@dataclass(frozen=True)
class PannedImage:
    """One signal in two channels: dual mono, one silent channel, or any fixed panning.

    Attributes
    ----------
    gains : tuple of float
        Gains of left and right; the larger absolute value is 1.
    """

    gains: tuple[float, float]

    def render(self, blocks, loop):
        """Render blocks of samples (any number, 1) to left and right, (any number, 2)."""
        for block in blocks:
            yield block * np.array(self.gains, dtype=block.dtype)


@dataclass(frozen=True)
class StereoImage:
    """Two uncorrelated signals, and how to render them to left and right.

    Attributes
    ----------
    angle : numpy.ndarray
        (bins,), in radians, at evenly spaced frequencies from 0 to half the sample rate: the direction of the first
        signal between left (0) and right (π / 2); the second is at a right angle to it.
    covariance : numpy.ndarray
        (bins, 2, 2): covariance of the recording's two signals, see `texture_core.audio.interchannel.band_covariance`.
    """

    angle: np.ndarray
    covariance: np.ndarray

    def render(self, blocks, loop):
        """Render blocks of the two signals to left and right.

        Parameters
        ----------
        blocks : iterable of numpy.ndarray
            (any number, 2); each long enough to estimate a covariance, ideally seconds.
        loop : bool
            Whether the sound is a loop.

        Yields
        ------
        numpy.ndarray
            (any number, 2), float32; the total number of samples is that of the input.
        """
        length = 2 * (len(self.angle) - 1)
        return filter_blocks(((block, self._taps(block, length)) for block in blocks), length // 2, loop)

    def _taps(self, block, length):
        corrections = matching_matrices(band_covariance(block, length), self.covariance)
        return design_filter(_rotations(self.angle) @ corrections)


def take_apart(samples, n_fft):
    """Decompose left and right into uncorrelated signals.

    Parameters
    ----------
    samples : numpy.ndarray
        (n, 2), not silent.
    n_fft : int
        Window length of the spectrograms in samples.

    Returns
    -------
    signals : numpy.ndarray
        (n, 1) if both channels contain the same signal, else (n, 2); float64.
    image : PannedImage or StereoImage
    """
    samples = np.asarray(samples, dtype=np.float64)
    powers, axes = np.linalg.eigh(samples.T @ samples)
    if powers[0] <= _NO_SECOND_AXIS * powers[1]:
        gains = axes[:, 1] / axes[np.abs(axes[:, 1]).argmax(), 1]
        # Equal channels must be equal to their mean, to the bit.
        gains = np.where(np.abs(np.abs(gains) - 1) < np.sqrt(_NO_SECOND_AXIS), np.sign(gains), gains)
        return (samples @ gains / (gains @ gains))[:, None], PannedImage(tuple(gains.tolist()))
    covariance = band_covariance(samples, _TRANSFORMS * n_fft)
    return turn(samples, _axis_angles(covariance, np.arctan2(axes[1, 1], axes[0, 1])))


def turn(samples, angle):
    """Rotate left and right (n, 2) by angles over frequency; return signals (n, 2), float64, and a `StereoImage`."""
    signals = filter_samples(samples, design_filter(_rotations(angle).transpose(0, 2, 1)))
    return signals, StereoImage(angle, band_covariance(signals, 2 * (len(angle) - 1)))


def _axis_angles(covariance, whole):
    """Compute the principal directions over frequency, close to that of the whole recording.

    The first axis is selected by continuity over frequency and not by power, because the powers may cross between
    bands: four times the angle is the same for both axes and both signs.
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
    """Return the matrices (bins, 2, 2) that rotate the two signals to left and right."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine, -sine, sine, cosine], axis=1).reshape(-1, 2, 2)
