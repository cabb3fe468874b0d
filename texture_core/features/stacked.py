"""Stacked random layers instead of parallel ones: the paper's alternative to kernels of many widths (section 3.3)."""

from itertools import pairwise

import torch
from torch.nn import functional

from texture_core.errors import ParameterError
from texture_core.features.ensemble import glorot_uniform
from texture_core.runtime.randomness import torch_generator

LAYERS = 6
WIDTH = 2


class Stacked:
    """Random convolutions of width 2, each followed by ReLU and average pooling (size 2, stride 2), six by default.

    The features are the outputs of all layers, after pooling; the paper says only that all six give features. Weights
    are Glorot-uniform without bias, as in the ensemble.

    Parameters
    ----------
    parameters : FeatureParameters
        Uses ``filters`` (per layer), ``padding`` and ``options.layers`` (default 6). ``kernel_widths`` is ignored.
    bins, seed, device, dtype
        See `texture_core.features.ensemble.Ensemble`.
    """

    def __init__(self, parameters, bins, seed, device="cpu", dtype=torch.float32):
        unknown = sorted(set(parameters.options) - {"layers"})
        layers = parameters.options.get("layers", LAYERS)
        if unknown or not isinstance(layers, int) or isinstance(layers, bool) or layers < 1:
            raise ParameterError(
                f"features.options: stacked features accept only layers, a whole number of at least 1, found "
                f"{parameters.options!r}"
            )
        self._circular = parameters.padding == "circular"
        channels = [bins] + [parameters.filters] * layers
        self.weights = [
            glorot_uniform(filters, inputs, WIDTH, torch_generator(seed, "stacked", layer)).to(
                device=device, dtype=dtype
            )
            for layer, (inputs, filters) in enumerate(pairwise(channels))
        ]

    def __call__(self, log_magnitude):
        """Compute the feature maps of log magnitudes (bins, frames).

        Returns
        -------
        list of torch.Tensor
            One (filters, frames of the layer) for each layer, with about half the frames of the one before; at least 0.

        Raises
        ------
        ParameterError
            If there are too few frames for the last layer.
        """
        maps = []
        signal = log_magnitude
        for weight in self.weights:
            if self._circular:
                signal = torch.cat([signal, signal[:, : WIDTH - 1]], dim=1)
            if signal.shape[1] < WIDTH + 1:
                raise ParameterError(
                    f"features.options.layers: {log_magnitude.shape[1]} frames are too few for {len(self.weights)} "
                    "layers, each of which halves them; use a longer clip or fewer layers"
                )
            signal = functional.avg_pool1d(functional.conv1d(signal[None], weight).relu(), 2)[0]
            maps.append(signal)
        return maps

    def frame_rates(self, frame_rate):
        """Return the frames per second of each map, for spectrograms with `frame_rate`."""
        return [frame_rate / 2 ** (layer + 1) for layer in range(len(self.weights))]


def create(parameters, bins, seed, device="cpu", dtype=torch.float32):
    """Build the extractor that a configuration names ``stacked``; see `Stacked`."""
    return Stacked(parameters, bins, seed, device, dtype)
