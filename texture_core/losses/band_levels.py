"""Level of each frequency band, which the other terms hardly constrain in quiet bands."""

import torch

from texture_core.spectrogram.bands import erb_bands

SEES_SPECTROGRAM = True
_BANDS = 24
# Relative to the power of the target's strongest band; anything below is treated as silence.
_FLOOR = 1e-5


class BandLevelLoss:
    """Squared distance of the logarithms of mean power, in ERB bands and overall.

    L = mean over bands of (ln P_b - ln P̃_b)² + (ln Σ P - ln Σ P̃)², with P the mean power over time.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    frequencies : torch.Tensor
        (bins,), Hz; they start again for each further signal.
    """

    def __init__(self, target, frequencies):
        self._bands = erb_bands(frequencies, _BANDS).to(target)
        self._floor = _FLOOR * self._powers(target)[0].max()
        self._target = self._levels(target)

    def __call__(self, feature_maps):
        """Return the loss, a scalar tensor, of log magnitudes (bins, frames), the only map."""
        distance = (self._levels(feature_maps[0]) - self._target).square()
        return distance[:-1].mean() + distance[-1]

    def _powers(self, log_magnitude):
        power = torch.expm1(log_magnitude).square().mean(dim=1)
        return self._bands @ power, power.sum()[None]

    def _levels(self, log_magnitude):
        bands, whole = self._powers(log_magnitude)
        return torch.cat([bands + self._floor, whole]).log()


def create(target, frequencies, frame_rate):
    """Create the loss ``band_levels``; see `BandLevelLoss`. The frame rate is not used."""
    return BandLevelLoss(target, frequencies)
