"""The paper's features: an ensemble of random one-layer convolutional networks, one for each kernel width."""

import math
from functools import partial

import torch
from torch.nn import functional

from texture_core.errors import ParameterError
from texture_core.features.convolution import OverlapSaveConvolution
from texture_core.runtime.randomness import torch_generator

# From this width on overlap-save beats the direct convolution (measured from 2 to 128 on CPU; at 4 they are equal).
_OVERLAP_SAVE_WIDTH = 8


class Ensemble:
    """Independent random one-layer networks: convolution over time, no bias, ReLU (paper, section 2).

    Parameters
    ----------
    parameters : FeatureParameters
    bins : int
        Number of frequency bins, which are the input channels.
    seed : int
        Seed of the weights, which depend only on the seed and the architecture, not on the device.
    device : str or torch.device
    dtype : torch.dtype

    Attributes
    ----------
    weights : list of torch.Tensor
        (filters, bins, width) each, Glorot-uniform: fan_in bins * width, fan_out filters * width.
    """

    def __init__(self, parameters, bins, seed, device="cpu", dtype=torch.float32):
        self.circular = parameters.padding == "circular"
        self.weights = [
            glorot_uniform(parameters.filters, bins, width, torch_generator(seed, "ensemble", index, width)).to(
                device=device, dtype=dtype
            )
            for index, width in enumerate(parameters.kernel_widths)
        ]
        self._convolutions = [
            OverlapSaveConvolution(weight) if weight.shape[2] >= _OVERLAP_SAVE_WIDTH else partial(_direct, weight)
            for weight in self.weights
        ]

    def __call__(self, log_magnitude):
        """Compute the feature maps of log magnitudes (bins, frames).

        Returns
        -------
        list of torch.Tensor
            One (filters, frames - width + 1) for each network, or (filters, frames) with circular padding; at least 0.

        Raises
        ------
        ParameterError
            If a kernel is wider than the spectrogram.
        """
        return list(self.networks(log_magnitude))

    def networks(self, log_magnitude):
        """Yield the maps of a call lazily."""
        frames = log_magnitude.shape[1]
        for weight, convolution in zip(self.weights, self._convolutions, strict=True):
            width = weight.shape[2]
            if width > frames:
                raise ParameterError(f"features.kernel_widths: {width} frames, but the spectrogram has only {frames}")
            padded = log_magnitude
            if self.circular and width > 1:
                padded = torch.cat([log_magnitude, log_magnitude[:, : width - 1]], dim=1)
            yield convolution(padded).relu()


def _direct(weight, signal):
    return functional.conv1d(signal[None], weight)[0]


def glorot_uniform(filters, bins, width, generator):
    """Draw kernels (filters, bins, width), float64 (Glorot & Bengio 2010): fans bins * width and filters * width."""
    limit = math.sqrt(6 / (bins * width + filters * width))
    # Drawn in float64, so that a run in double precision has the same network up to rounding.
    return (torch.rand(filters, bins, width, generator=generator, dtype=torch.float64) * 2 - 1) * limit


def create(parameters, bins, seed, device="cpu", dtype=torch.float32):
    """Build the extractor that a configuration names ``ensemble``; see `Ensemble`."""
    return Ensemble(parameters, bins, seed, device, dtype)
