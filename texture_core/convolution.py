"""Convolution with wide kernels by the overlap-save method, with its own gradient."""

import torch
import torch.nn.functional as functional


class OverlapSaveConvolution:
    """Correlate a signal of many channels with many kernels, block by block in the frequency domain.

    Equal to ``torch.nn.functional.conv1d`` without padding or bias. A block of N samples yields N - width + 1 outputs
    at the price of one complex product a frequency, where a direct evaluation pays `width` products an output; both
    share the cost of the channels, so that for widths of 16 and more the blocks win by far.

    Parameters
    ----------
    kernels : torch.Tensor
        (filters, channels, width).
    """

    def __init__(self, kernels):
        self.width = kernels.shape[2]
        # 128 was the best of 48 to 384 for widths 16 to 64 (two CPU cores, 1001 and 1751 frames); twice the width keeps
        # the tail of a block inside the next one.
        self.block = max(128, 2 * self.width)
        self.hop = self.block - self.width + 1
        self.spectra = torch.fft.rfft(kernels, n=self.block, dim=2).permute(2, 0, 1).contiguous()

    def __call__(self, signal):
        """(channels, n) to (filters, n - width + 1)."""
        return _OverlapSave.apply(signal, self)

    def correlate(self, signal):
        """The convolution itself, without a gradient; arguments as `__call__`."""
        outputs = signal.shape[1] - self.width + 1
        blocks = -(-outputs // self.hop)
        padded = functional.pad(signal, (0, (blocks - 1) * self.hop + self.block - signal.shape[1]))
        spectra = torch.fft.rfft(padded.unfold(1, self.block, self.hop), dim=2).permute(2, 0, 1)
        # Correlation takes the kernel's conjugate; conjugating the small operand and the result is the cheaper way.
        products = torch.bmm(self.spectra, spectra.conj().resolve_conj().contiguous()).conj()
        result = torch.fft.irfft(products.permute(1, 2, 0).resolve_conj().contiguous(), n=self.block, dim=2)
        return result[..., : self.hop].reshape(result.shape[0], -1)[:, :outputs]

    def transpose(self, gradient):
        """The adjoint of `correlate`: (filters, n - width + 1) to (channels, n)."""
        outputs = gradient.shape[1]
        blocks = -(-outputs // self.hop)
        framed = functional.pad(gradient, (0, blocks * self.hop - outputs)).reshape(gradient.shape[0], blocks, self.hop)
        spectra = torch.fft.rfft(framed, n=self.block, dim=2).permute(2, 0, 1).contiguous()
        products = torch.bmm(self.spectra.transpose(1, 2), spectra)
        pieces = torch.fft.irfft(products.permute(1, 2, 0).contiguous(), n=self.block, dim=2)
        result = pieces.new_zeros(pieces.shape[0], blocks + 1, self.hop)
        result[:, :blocks] = pieces[..., : self.hop]
        result[:, 1:, : self.width - 1] += pieces[..., self.hop :]
        return result.reshape(result.shape[0], -1)[:, : outputs + self.width - 1]


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
