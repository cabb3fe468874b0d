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
    if is_large(feature_map):
        return _AutocorrelationInBlocks.apply(feature_map, first, last)
    return _Autocorrelation.apply(feature_map, first, last)[0]


class _Autocorrelation(torch.autograd.Function):
    # Transforms of the number of frames itself are slow where it has large factors. So the linear correlation is
    # computed at a fast length of at least twice that, and wrapped: A[lag] = linear[lag] + linear[frames - lag].
    @staticmethod
    def forward(feature_map, first, last):
        frames = feature_map.shape[1]
        length = next_fast_len(2 * frames, real=True)
        spectrum = torch.fft.rfft(feature_map, n=length, dim=1)
        linear = torch.fft.irfft(spectrum * spectrum.conj(), n=length, dim=1)
        wrapped = linear[:, frames - last : frames - first + 1].flip(1)
        return (linear[:, first : last + 1] + wrapped) / frames, spectrum

    @staticmethod
    def setup_context(ctx, inputs, output):
        feature_map, ctx.first, ctx.last = inputs
        ctx.frames = feature_map.shape[1]
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(output[1])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient, _):
        (spectrum,) = ctx.saved_tensors
        first, last, frames = ctx.first, ctx.last, ctx.frames
        length = next_fast_len(2 * frames, real=True)
        # F'[u] = sum over lags of gradient[lag] (F[u + lag] + F[u - lag]), circular: a convolution with an even kernel.
        # The transform of the even kernel is twice the real part of that of its lags from 0 on.
        kernel = gradient.new_zeros(gradient.shape[0], frames + 1)
        kernel[:, first : last + 1] += gradient
        kernel[:, frames - last : frames - first + 1] += gradient.flip(1)
        response = torch.fft.rfft(kernel, n=length, dim=1).real * (2 / frames)
        return torch.fft.irfft(spectrum * response, n=length, dim=1)[:, :frames], None, None


class _AutocorrelationInBlocks(torch.autograd.Function):
    # The same for large maps, in blocks of rows and, because the lags are few, of time: shorter transforms are faster.
    @staticmethod
    def forward(feature_map, first, last):
        rows, frames = feature_map.shape
        length = _block_length(last)
        hop = length - last
        result = feature_map.new_empty(rows, last - first + 1)
        for block in row_blocks(feature_map, 2 * frames):
            own = feature_map[block]
            shifted = torch.fft.rfft(_windows(torch.cat([own, own[:, :last]], dim=1), frames, length, hop))
            spectra = torch.fft.rfft(_windows(own, frames, hop, hop), n=length)
            cross = (spectra.conj_physical_().mul_(shifted)).sum(dim=1)
            result[block] = torch.fft.irfft(cross, n=length)[:, first : last + 1] / frames
        return result

    @staticmethod
    def setup_context(ctx, inputs, output):
        feature_map, ctx.first, ctx.last = inputs
        ctx.save_for_backward(feature_map)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        (feature_map,) = ctx.saved_tensors
        first, last, frames = ctx.first, ctx.last, feature_map.shape[1]
        length = _block_length(last)
        hop = length - 2 * last
        result = torch.empty_like(feature_map)
        for block in row_blocks(feature_map, 2 * frames):
            own = feature_map[block]
            kernel = gradient.new_zeros(len(own), last + 1)
            kernel[:, first:] = gradient[block]
            response = torch.fft.rfft(kernel, n=length).real * (2 / frames)
            extended = torch.cat([own[:, frames - last :], own, own[:, :last]], dim=1)
            spectra = torch.fft.rfft(_windows(extended, frames, length, hop)).mul_(response[:, None])
            convolved = torch.fft.irfft(spectra, n=length)[..., last : last + hop]
            result[block] = convolved.flatten(1)[:, :frames]
        return result, None, None


def _block_length(last):
    return next_fast_len(max(8 * last, 4096), real=True)


def _windows(values, frames, length, hop):
    """Return windows of `length` at every `hop` that begin in the first `frames` of the values, padded with zeros."""
    count = -(-frames // hop)
    missing = (count - 1) * hop + length - values.shape[1]
    return torch.nn.functional.pad(values, (0, missing)).unfold(1, length, hop)


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
