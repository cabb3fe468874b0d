"""Convolution with wide kernels by the overlap-save method, with a custom gradient."""

import math

import torch
import torch.nn.functional as functional

from texture_core.runtime.blocks import is_large

# Output frames of a long signal that are computed at a time.
_PART = 6144


class OverlapSaveConvolution:
    """Correlate a multichannel signal with many kernels, block by block in the frequency domain.

    Equivalent to ``torch.nn.functional.conv1d`` without padding or bias. A block of N samples yields N - width + 1
    outputs for one complex product per frequency, whereas the direct form needs `width` products per output; in both,
    the cost is multiplied by the number of channels.

    Parameters
    ----------
    kernels : torch.Tensor
        (filters, channels, width).

    Notes
    -----
    Everything is computed as products of real matrices. Blocks are so short that multiplying by the Fourier matrix is
    faster than an FFT with the copies that it needs. Complex products are written as real ones of twice the size,
    because libraries multiply narrow complex matrices at less than half the speed of real ones.
    """

    def __init__(self, kernels):
        self.filters, self.channels, self.width = kernels.shape
        # The fastest of several sizes for widths 4 to 64 (CPU, 1001 and 1751 frames): shorter blocks have a larger
        # overlap, and longer ones too few columns to multiply.
        self.block = 2 * self.width + 32
        self.hop = self.block - self.width + 1
        self.frequencies = self.block // 2 + 1
        spectra = torch.fft.rfft(kernels.double(), n=self.block, dim=2).permute(2, 1, 0)
        # (frequencies, 2 * channels, filters): real parts, then imaginary parts.
        self._spectra = torch.cat([spectra.real, spectra.imag], dim=1).to(kernels.dtype).contiguous()
        forward, inverse = (matrix.to(kernels) for matrix in _fourier_matrices(self.block))
        self._forward, self._forward_short = forward, forward[:, : self.hop].contiguous()
        self._inverse, self._inverse_short = inverse, inverse[: self.hop].contiguous()

    def __call__(self, signal):
        """Map a signal (channels, n) to (filters, n - width + 1)."""
        return _OverlapSave.apply(signal, self)

    def correlate(self, signal):
        """Compute the convolution without a gradient; see `__call__`."""
        if not is_large(signal):
            return self._correlate(signal)
        outputs = signal.shape[1] - self.width + 1
        result = signal.new_empty(self.filters, outputs)
        for start in range(0, outputs, _PART):
            part = signal[:, start : start + _PART + self.width - 1]
            result[:, start : start + _PART] = self._correlate(part)
        return result

    def _correlate(self, signal):
        outputs = signal.shape[1] - self.width + 1
        blocks = -(-outputs // self.hop)
        padded = functional.pad(signal, (0, (blocks - 1) * self.hop + self.block - signal.shape[1]))
        framed = padded.unfold(1, self.block, self.hop).permute(2, 1, 0).reshape(self.block, -1)
        parts = (self._forward @ framed).view(self.frequencies, 2, blocks, self.channels)
        real, imaginary = parts[:, 0], parts[:, 1]
        # With the conjugate of the kernel: Re = Re Re + Im Im, Im = Im Re - Re Im, one below the other.
        upper = torch.cat([real, imaginary], dim=2)
        lower = torch.cat([imaginary, -real], dim=2)
        products = torch.bmm(torch.cat([upper, lower], dim=1), self._spectra)
        result = self._inverse_short @ products.view(2 * self.frequencies, -1)
        ordered = result.view(self.hop, blocks, self.filters).permute(2, 1, 0)
        return ordered.reshape(self.filters, -1)[:, :outputs]

    def transpose(self, gradient):
        """Apply the adjoint of `correlate`: (filters, n - width + 1) to (channels, n)."""
        if not is_large(gradient):
            return self._transpose(gradient)
        outputs = gradient.shape[1]
        result = gradient.new_zeros(self.channels, outputs + self.width - 1)
        for start in range(0, outputs, _PART):
            part = gradient[:, start : start + _PART]
            result[:, start : start + part.shape[1] + self.width - 1] += self._transpose(part)
        return result

    def _transpose(self, gradient):
        outputs = gradient.shape[1]
        blocks = -(-outputs // self.hop)
        padded = functional.pad(gradient, (0, blocks * self.hop - outputs))
        framed = padded.view(self.filters, blocks, self.hop).permute(2, 1, 0).reshape(self.hop, -1)
        parts = (self._forward_short @ framed).view(self.frequencies, 2 * blocks, self.filters)
        products = torch.bmm(parts, self._spectra.transpose(1, 2))
        products = products.view(self.frequencies, 2, blocks, 2, self.channels)
        real = products[:, 0, :, 0] - products[:, 1, :, 1]
        imaginary = products[:, 0, :, 1] + products[:, 1, :, 0]
        pieces = self._inverse @ torch.stack([real, imaginary], dim=1).view(2 * self.frequencies, -1)
        pieces = pieces.view(self.block, blocks, self.channels).transpose(0, 1)
        result = pieces.new_zeros(blocks + 1, self.hop, self.channels)
        result[:blocks] = pieces[:, : self.hop]
        result[1:, : self.width - 1] += pieces[:, self.hop :]
        return result.view(-1, self.channels)[: outputs + self.width - 1].T


def _fourier_matrices(length):
    """Build the Fourier matrix, (2 * frequencies, length), with real and imaginary rows in turn, and its inverse."""
    time = torch.arange(length, dtype=torch.float64)
    frequency = torch.arange(length // 2 + 1, dtype=torch.float64)
    # The product is reduced first: a large angle would lose digits.
    angle = 2 * math.pi / length * torch.remainder(torch.outer(frequency, time), length)
    forward = torch.stack([angle.cos(), -angle.sin()], dim=1)
    both_halves = torch.full((len(frequency), 1, 1), 2.0, dtype=torch.float64)
    both_halves[0] = both_halves[-1] = 1
    inverse = forward * both_halves / length
    return forward.reshape(-1, length), inverse.reshape(-1, length).T.contiguous()


class _OverlapSave(torch.autograd.Function):
    @staticmethod
    def forward(signal, convolution):
        return convolution.correlate(signal)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.convolution = inputs[1]

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return ctx.convolution.transpose(gradient), None
