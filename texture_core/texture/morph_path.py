"""What a texture between two others is made of: both, and how far it is from the one to the other at each instant."""

from dataclasses import dataclass

import numpy as np

from texture_core.records.spectrogram_files import Spectrogram


@dataclass(frozen=True)
class MorphPath:
    """The second of two textures, and where between them a texture is; the first is the target of its plan.

    Attributes
    ----------
    second : Spectrogram
        Of the second recording as the method sees it: mono, 16 kHz, peak 1.
    second_samples : numpy.ndarray
        (n,), float32: what that is the spectrogram of.
    second_unit : float
        What samples of the second recording were divided by, as of `texture_core.texture.plan.TexturePlan`.
    gains : numpy.ndarray
        (any number,): by how much it is to be amplified, at evenly spaced positions from 0 to 1.
    positions : tuple of float
        From 0, the first texture, to 1, the second. One that holds throughout, or several, from the start to the end at
        equal distances, with straight lines between them.
    """

    second: Spectrogram
    second_samples: np.ndarray
    second_unit: float
    gains: np.ndarray
    positions: tuple[float, ...]

    def at(self, fractions):
        """The positions at fractions of the duration, an array; before the start and past the end those of the ends."""
        if len(self.positions) == 1:
            return np.full(np.shape(fractions), self.positions[0])
        return np.interp(fractions, np.linspace(0, 1, len(self.positions)), self.positions)

    def gain(self, fractions):
        """By how much the texture is to be amplified at fractions of the duration, an array of float32."""
        logarithms = np.interp(self.at(fractions), np.linspace(0, 1, len(self.gains)), np.log(self.gains))
        return np.exp(logarithms).astype(np.float32)

    @property
    def middle(self):
        """The mean position over time."""
        return float(np.mean(self.at((np.arange(1000) + 0.5) / 1000)))

    def between(self, first, fractions):
        """What a `SynthesisTask` takes for frames at fractions of the duration.

        Parameters
        ----------
        first : Spectrogram
        fractions : numpy.ndarray
            (frames,).

        Returns
        -------
        dict
            ``target``, and where this is not one of both textures alone, ``second`` and ``positions``.
        """
        positions = self.at(fractions).astype(np.float32)
        if not positions.any():
            return {"target": first}
        if (positions == 1).all():
            return {"target": self.second}
        return {"target": first, "second": self.second, "positions": positions}


def geometric(first, second, position):
    """Interpolate two numbers of at least 0 by their logarithms: levels in dB, weights in orders of magnitude."""
    return first if first == second else first ** (1 - position) * second**position
