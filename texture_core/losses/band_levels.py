"""The level of each band: what the other terms, which see shapes and loud frames, leave uncertain."""

import torch

from texture_core.spectrogram.bands import erb_bands

SEES_SPECTROGRAM = True
_BANDS = 24
# Of the power of the target's strongest band: what is below it is as good as silence.
_FLOOR = 1e-5


class BandLevelLoss:
    """Squared distance of the logarithms of mean power, over bands of equal width on an ear's scale and over all.

    L = mean over bands of (ln P_b - ln P̃_b)² + (ln Σ P - ln Σ P̃)², with P the mean power over time.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    frequencies : torch.Tensor
        (bins,), Hz; where they begin anew, another signal begins.
    """

    def __init__(self, target, frequencies):
        self._bands = erb_bands(frequencies, _BANDS).to(target)
        self._floor = _FLOOR * self._powers(target)[0].max()
        self._target = self._levels(target)

    def __call__(self, feature_maps):
        """The loss, a scalar tensor, of log magnitudes (bins, frames), the only map."""
        distance = (self._levels(feature_maps[0]) - self._target).square()
        return distance[:-1].mean() + distance[-1]

    def _powers(self, log_magnitude):
        power = torch.expm1(log_magnitude).square().mean(dim=1)
        return self._bands @ power, power.sum()[None]

    def _levels(self, log_magnitude):
        bands, whole = self._powers(log_magnitude)
        return torch.cat([bands + self._floor, whole]).log()


def create(target, frequencies):
    """Build the loss that a configuration names ``band_levels``; see `BandLevelLoss`."""
    return BandLevelLoss(target, frequencies)
