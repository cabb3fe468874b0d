"""The level of a texture between two, in dB between theirs at each instant."""

import numpy as np
import torch

from texture_core.methods import initial_spectrogram
from texture_core.texture.morph_path import geometric

_POSITIONS = 33
_QUANTILES = 500


def gains(first, second, first_rms, second_rms):
    """By how much a texture between two is to be amplified, at evenly spaced positions from 0 to 1.

    Magnitudes are interpolated by their logarithms, bin by bin, so that what is between two recordings with few
    frequencies in common has far less power than either. The gain makes up for what bins have whose quantiles are
    between those of the targets.

    Parameters
    ----------
    first, second : Spectrogram
        The targets.
    first_rms, second_rms : float
        Of the recordings; their textures are to have it.

    Returns
    -------
    numpy.ndarray
        (number of positions,), above 0, up to a factor that is the same for all.
    """
    quantiles = [
        initial_spectrogram.quantiles(torch.from_numpy(side.log_magnitude), _QUANTILES) for side in (first, second)
    ]
    found = []
    for position in np.linspace(0, 1, _POSITIONS):
        power = torch.lerp(*quantiles, position).expm1().square().mean(dtype=torch.float64)
        found.append(geometric(first_rms, second_rms, position) / power.sqrt().item())
    return np.array(found)
