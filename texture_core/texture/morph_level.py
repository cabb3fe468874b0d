"""Level of a morph: interpolated in dB between the two recordings."""

import numpy as np
import torch

from texture_core.methods import initial_spectrogram
from texture_core.texture.morph_path import geometric

_POSITIONS = 33
_QUANTILES = 500


def gains(first, second, first_rms, second_rms):
    """Compute the gain of a morph at evenly spaced positions from 0 to 1.

    Log magnitudes are interpolated bin by bin, so a morph between recordings with few common frequencies has far less
    power than either. The gain compensates for this; it is estimated from interpolated quantiles of each bin.

    Parameters
    ----------
    first, second : Spectrogram
        The targets.
    first_rms, second_rms : float
        RMS of the recordings, which their textures should have too.

    Returns
    -------
    numpy.ndarray
        (number of positions,), above 0, up to a common factor.
    """
    quantiles = [
        initial_spectrogram.quantiles(torch.from_numpy(side.log_magnitude), _QUANTILES) for side in (first, second)
    ]
    found = []
    for position in np.linspace(0, 1, _POSITIONS):
        power = torch.lerp(*quantiles, position).expm1().square().mean(dtype=torch.float64)
        found.append(geometric(first_rms, second_rms, position) / power.sqrt().item())
    return np.array(found)
