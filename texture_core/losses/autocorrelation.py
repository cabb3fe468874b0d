"""The autocorrelation loss, which preserves rhythm."""

import copy

import torch
from scipy.fft import next_fast_len

from texture_core.errors import ParameterError
from texture_core.losses.geodesic import root_interpolation
from texture_core.parameters.lags import lag_frames
from texture_core.runtime.blocks import is_large, row_blocks


def autocorrelation(feature_map, first, last):
    """Compute the circular autocorrelation over time, divided by the number of frames (paper, eq. 4).

    Parameters
    ----------
    feature_map : torch.Tensor
        (rows, frames).
    first, last : int
        Range of lags in frames, inclusive; `last` below the number of frames.

    Returns
    -------
    torch.Tensor
        (rows, last - first + 1): sum over t of F[t] F[(t + lag) mod frames], over frames.
    """
    return _Autocorrelation.apply(feature_map, first, last)[0]


# Transforms of the number of frames itself are slow where it has large factors. So the linear correlation is computed
# at a fast length of at least twice that, and wrapped: A[lag] = linear[lag] + linear[frames - lag].
def _forward(feature_map, first, last):
    """Return the autocorrelation and the spectrum."""
    frames = feature_map.shape[1]
    length = next_fast_len(2 * frames, real=True)
    spectrum = torch.fft.rfft(feature_map, n=length, dim=1)
    linear = torch.fft.irfft(spectrum * spectrum.conj(), n=length, dim=1)
    wrapped = linear[:, frames - last : frames - first + 1].flip(1)
    return (linear[:, first : last + 1] + wrapped) / frames, spectrum


def _backward(spectrum, gradient, first, last, frames):
    length = next_fast_len(2 * frames, real=True)
    # F'[u] = sum over lags of gradient[lag] (F[u + lag] + F[u - lag]), circular: a convolution with an even kernel.
    # The transform of the even kernel is twice the real part of that of its lags from 0 on.
    kernel = gradient.new_zeros(gradient.shape[0], frames + 1)
    kernel[:, first : last + 1] += gradient
    kernel[:, frames - last : frames - first + 1] += gradient.flip(1)
    response = torch.fft.rfft(kernel, n=length, dim=1).real * (2 / frames)
    return torch.fft.irfft(spectrum * response, n=length, dim=1)[:, :frames]


class _Autocorrelation(torch.autograd.Function):
    @staticmethod
    def forward(feature_map, first, last):
        if not is_large(feature_map):
            return _forward(feature_map, first, last)
        rows, frames = feature_map.shape
        length = next_fast_len(2 * frames, real=True)
        values = feature_map.new_empty(rows, last - first + 1)
        spectrum = feature_map.new_empty(rows, length // 2 + 1, dtype=feature_map.dtype.to_complex())
        for block in row_blocks(feature_map, length):
            values[block], spectrum[block] = _forward(feature_map[block], first, last)
        return values, spectrum

    @staticmethod
    def setup_context(ctx, inputs, output):
        feature_map, ctx.first, ctx.last = inputs
        ctx.save_for_backward(feature_map, output[1])
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient, _):
        feature_map, spectrum = ctx.saved_tensors
        lags = ctx.first, ctx.last, feature_map.shape[1]
        if not is_large(feature_map):
            return _backward(spectrum, gradient, *lags), None, None
        result = torch.empty_like(feature_map)
        for block in row_blocks(feature_map, 2 * feature_map.shape[1]):
            result[block] = _backward(spectrum[block], gradient[block], *lags)
        return result, None, None


class AutocorrelationLoss:
    """Squared distance of the autocorrelations, relative to the target's (paper, eq. 5).

    L = sum_k ‖A_k - Ã_k‖² / sum_k ‖Ã_k‖², over networks k and the lags of the range (paper: 200 ms to 2 s).

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.
    parameters : AutocorrelationParameters
    frame_rate : float or list of float
        Frames per second of all feature maps, or of each.

    Raises
    ------
    ParameterError
        If a feature map has no more frames than the longest lag.
    """

    def __init__(self, target, parameters, frame_rate):
        self._frame_rates = frame_rate if isinstance(frame_rate, list) else [frame_rate] * len(target)
        self._lags = [lag_frames(parameters, rate) for rate in self._frame_rates]
        self._compare_with([self._autocorrelation(*item) for item in enumerate(target)])

    def _compare_with(self, target):
        self._target = target
        self._energy = sum(values.square().sum() for values in target)

    def toward(self, other, position):
        """Return a loss with autocorrelations interpolated between this, 0, and the other `AutocorrelationLoss`, 1."""
        loss = copy.copy(self)
        loss._compare_with(
            [root_interpolation(a, b, position) for a, b in zip(self._target, other._target, strict=True)]
        )
        return loss

    def __call__(self, feature_maps):
        """Compute the loss, a scalar tensor, of feature maps (filters, frames)."""
        return self.combine(torch.stack([self.part(*item) for item in enumerate(feature_maps)]).sum())

    def part(self, index, feature_map):
        """Compute ‖A_k - Ã_k‖² of network k; see `texture_core.losses.by_network`."""
        return (self._autocorrelation(index, feature_map) - self._target[index]).square().sum()

    def combine(self, total):
        """Compute the loss from the sum of `part` over networks."""
        return total / self._energy

    def _autocorrelation(self, index, feature_map):
        first, last = self._lags[index]
        if feature_map.shape[1] <= last:
            raise ParameterError(
                f"autocorrelation.maximum_lag: {last / self._frame_rates[index]:g} s is {last} frames, but a feature "
                f"map has only {feature_map.shape[1]}; use a longer clip, a smaller maximum_lag or narrower kernels"
            )
        return autocorrelation(feature_map, first, last)
