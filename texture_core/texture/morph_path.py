"""Path of a morph: the second recording, and the position between the two over time."""

from dataclasses import dataclass

import numpy as np

from texture_core.records.spectrogram_files import Spectrogram


@dataclass(frozen=True)
class MorphPath:
    """The second recording of a morph and the position over time; the first recording is the target of the plan.

    Attributes
    ----------
    second : Spectrogram
        Spectrogram of the prepared second recording: mono, 16 kHz, peak 1.
    second_samples : numpy.ndarray
        (n,), float32: its samples.
    second_unit : float
        The amplitude of the second recording that is scaled to 1; see `texture_core.texture.plan.TexturePlan`.
    gains : numpy.ndarray
        (any number,): gain at evenly spaced positions from 0 to 1.
    positions : tuple of float
        From 0, the first recording, to 1, the second. Either one constant position, or several, equally spaced in time
        and interpolated linearly.
    """

    second: Spectrogram
    second_samples: np.ndarray
    second_unit: float
    gains: np.ndarray
    positions: tuple[float, ...]

    def at(self, fractions):
        """Return the positions at fractions of the duration; fractions outside 0 to 1 get those of the ends."""
        if len(self.positions) == 1:
            return np.full(np.shape(fractions), self.positions[0])
        return np.interp(fractions, np.linspace(0, 1, len(self.positions)), self.positions)

    def gain(self, fractions):
        """Return the gain at fractions of the duration, float32."""
        logarithms = np.interp(self.at(fractions), np.linspace(0, 1, len(self.gains)), np.log(self.gains))
        return np.exp(logarithms).astype(np.float32)

    @property
    def middle(self):
        """The mean position over time."""
        return float(np.mean(self.at((np.arange(1000) + 0.5) / 1000)))

    def between(self, first, fractions):
        """Return fields of a `SynthesisTask` for frames at fractions of the duration.

        Parameters
        ----------
        first : Spectrogram
        fractions : numpy.ndarray
            (frames,).

        Returns
        -------
        dict
            ``target`` and, unless all frames belong to one recording alone, ``second`` and ``positions``.
        """
        positions = self.at(fractions).astype(np.float32)
        if not positions.any():
            return {"target": first}
        if (positions == 1).all():
            return {"target": self.second}
        return {"target": first, "second": self.second, "positions": positions}


def geometric(first, second, position):
    """Interpolate two nonnegative numbers geometrically: levels in dB, weights by orders of magnitude."""
    return first if first == second else first ** (1 - position) * second**position
