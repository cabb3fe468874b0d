"""Short-time Fourier transforms and their inverses as torch operations, for phase recovery.

There are variants for plain signals, for loops, and for signals with fixed samples at the ends.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from texture_core.spectrogram.log_magnitude import periodic_hann


@dataclass(frozen=True)
class Transform:
    """Short-time Fourier transform pair: centred, reflected ends, unnormalised; as in `log_spectrogram`.

    Attributes
    ----------
    n_fft, hop_length : int
        Samples; the periodic Hann window is as long as the transform.
    window : torch.Tensor
        (n_fft,); determines device and dtype.
    """

    n_fft: int
    hop_length: int
    window: torch.Tensor

    @classmethod
    def like(cls, magnitude, n_fft, hop_length):
        """Create a transform with the device and dtype of `magnitude`."""
        return cls(n_fft, hop_length, torch.from_numpy(periodic_hann(n_fft)).to(magnitude))

    def forward(self, samples):
        """Transform samples (n,) to a complex spectrogram (n_fft / 2 + 1, 1 + n // hop_length)."""
        return torch.stft(
            samples, self.n_fft, self.hop_length, window=self.window, pad_mode="reflect", return_complex=True
        )

    def inverse(self, spectrum):
        """Compute the samples ((frames - 1) * hop_length,) with the transform nearest to `spectrum` (least squares)."""
        return torch.istft(spectrum, self.n_fft, self.hop_length, window=self.window)


@dataclass(frozen=True)
class CircularTransform(Transform):
    """Short-time Fourier transform pair of a circular signal.

    See `Transform` for the attributes. Frame t is centred on sample t * hop_length too, but the period is
    frames * hop_length samples.
    """

    def forward(self, samples):
        """Transform samples (frames * hop_length,) to a complex spectrogram (n_fft / 2 + 1, frames)."""
        half = self.n_fft // 2
        padded = torch.cat([samples[-half:], samples, samples[: self.n_fft - half - self.hop_length]])
        return torch.stft(padded, self.n_fft, self.hop_length, window=self.window, center=False, return_complex=True)

    def inverse(self, spectrum):
        """Compute the samples (frames * hop_length,) with the transform nearest to `spectrum` (least squares)."""
        pieces = torch.fft.irfft(spectrum, n=self.n_fft, dim=0) * self.window[:, None]
        weights = self.window.square()[:, None].expand(self.n_fft, spectrum.shape[1])
        return self._overlap_add(pieces) / self._overlap_add(weights)

    def _overlap_add(self, pieces):
        length = pieces.shape[1] * self.hop_length
        linear = functional.fold(
            pieces[None], (1, length - self.hop_length + self.n_fft), (1, self.n_fft), stride=(1, self.hop_length)
        ).reshape(-1)
        samples = linear[:length].clone()
        samples[: len(linear) - length] += linear[length:]
        return samples.roll(-(self.n_fft // 2))


@dataclass(frozen=True)
class HeldTransform(Transform):
    """Short-time Fourier transform pair whose inverse keeps the first and last samples fixed.

    Phase recovery with this transform continues existing sound.

    Attributes
    ----------
    n_fft, hop_length, window
        See `Transform`.
    head, tail : torch.Tensor
        (any number,): fixed samples at the start and at the end.
    """

    head: torch.Tensor
    tail: torch.Tensor

    def inverse(self, spectrum):
        """Compute the inverse of `Transform`, with head and tail replaced by the fixed samples."""
        samples = super().inverse(spectrum)
        return torch.cat([self.head, samples[len(self.head) : len(samples) - len(self.tail)], self.tail])


@dataclass(frozen=True)
class FadingTransform(HeldTransform):
    """Short-time Fourier transform pair whose inverse fades from fixed samples at the ends to free ones.

    Attributes
    ----------
    n_fft, hop_length, window, head, tail
        See `HeldTransform`.
    after_head, before_tail : torch.Tensor
        (any number,): how the head goes on, and what leads to the tail. The inverse fades from the one and to the
        other, by the weights of `fade_in`.
    """

    after_head: torch.Tensor
    before_tail: torch.Tensor

    def inverse(self, spectrum):
        """Compute the inverse of `HeldTransform`, crossfaded with the samples next to head and tail."""
        samples = super().inverse(spectrum)
        after = samples[len(self.head) :][: len(self.after_head)]
        after.lerp_(self.after_head, 1 - fade_in(after))
        before = samples[len(samples) - len(self.tail) - len(self.before_tail) :][: len(self.before_tail)]
        before.lerp_(self.before_tail, fade_in(before))
        return samples


def fade_in(samples):
    """Compute weights that rise from above 0 to below 1 along the last axis of a tensor, as a squared sine, (n,)."""
    count = samples.shape[-1]
    place = (torch.arange(count, dtype=samples.dtype, device=samples.device) + 0.5) / max(count, 1)
    return torch.sin(math.pi / 2 * place).square()
