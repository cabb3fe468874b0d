"""The autocorrelation loss: rhythm."""

import torch

from texture_core.errors import ParameterError
from texture_core.parameters import lag_frames


def autocorrelation(feature_map, first, last):
    """Circular autocorrelation over time, divided by the number of frames (paper, eq. 4).

    Parameters
    ----------
    feature_map : torch.Tensor
        (rows, frames).
    first, last : int
        Lags in frames, both included; last below the number of frames.

    Returns
    -------
    torch.Tensor
        (rows, last - first + 1): sum over t of F[t] F[(t + lag) mod frames], over frames.
    """
    frames = feature_map.shape[1]
    spectrum = torch.fft.rfft(feature_map, dim=1)
    power = spectrum.real.square() + spectrum.imag.square()
    return torch.fft.irfft(power, n=frames, dim=1)[:, first : last + 1] / frames


class AutocorrelationLoss:
    """Squared distance of the autocorrelations, relative to the target's (paper, eq. 5).

    L = sum_k ‖A_k - Ã_k‖² / sum_k ‖Ã_k‖², over networks k and the lags of the range (paper: 200 ms to 2 s).

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.
    parameters : AutocorrelationParameters
    frame_rate : float
        Frames per second.

    Raises
    ------
    ParameterError
        If a feature map is not longer than the longest lag.
    """

    def __init__(self, target, parameters, frame_rate):
        self._first, self._last = lag_frames(parameters, frame_rate)
        self._frame_rate = frame_rate
        self._target = self._autocorrelations(target)
        self._energy = sum(values.square().sum() for values in self._target)

    def __call__(self, feature_maps):
        """The loss, a scalar tensor, of feature maps (filters, frames)."""
        distances = [
            (values - target).square().sum()
            for values, target in zip(self._autocorrelations(feature_maps), self._target, strict=True)
        ]
        return torch.stack(distances).sum() / self._energy

    def _autocorrelations(self, feature_maps):
        shortest = min(feature_map.shape[1] for feature_map in feature_maps)
        if shortest <= self._last:
            raise ParameterError(
                f"autocorrelation.maximum_lag: {self._last / self._frame_rate:g} s is {self._last} frames, but a "
                f"feature map has only {shortest}; use a longer clip, a smaller maximum_lag or narrower kernels"
            )
        return [autocorrelation(feature_map, self._first, self._last) for feature_map in feature_maps]
