"""Differences over time of the levels of bands: events that are narrow or low, which few bins see."""

import torch

from texture_core.spectrogram.bands import erb_bands
from texture_core.views.rows import constant_row

SEES_FREQUENCIES = True
# Keeps the gradient of a level finite where the power is 0.
_SMALLEST_POWER = 1e-12


def create(target, frequencies, bands=48, lag=4, gain=100.0, bias=0.3):
    """Create the view ``band_differences``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    frequencies : torch.Tensor
        (bins,), Hz; where they begin anew, another signal begins.
    bands : int
        Bands of equal width on an ear's scale for each signal, at least 1; see `erb_bands`. The mean over a band
        fluctuates less than the magnitude of a bin, and low frequencies count as much as high ones.
    lag : int
        Frames between the two of a difference, at least 1.
    gain : float
        Above 0: differences are of ln(1 + gain * root mean square of the band's magnitudes).
    bias : float
        Constant row, see `texture_core.views.rows.constant_row`.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to (bands, frames - lag), or to (bands + 1, frames - lag) with a bias.
    """
    weights = erb_bands(frequencies, bands).to(target)

    def differences(log_magnitude):
        power = weights @ torch.expm1(log_magnitude).square()
        levels = torch.log1p(gain * (power + _SMALLEST_POWER).sqrt())
        return levels[:, lag:] - levels[:, :-lag]

    append = constant_row(differences(target), bias)

    def view(log_magnitude):
        return append(differences(log_magnitude))

    return view
