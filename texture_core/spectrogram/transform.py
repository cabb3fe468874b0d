"""The short-time Fourier transform and its inverse as torch operations, for phase recovery.

The signal ends as it is, goes around a loop, or continues samples that are there already.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional

from texture_core.spectrogram.log_magnitude import periodic_hann


@dataclass(frozen=True)
class Transform:
    """A short-time Fourier transform pair: centred, reflected ends, unnormalised; as in `log_spectrogram`.

    Attributes
    ----------
    n_fft, hop_length : int
        Samples; the periodic Hann window is as long as the transform.
    window : torch.Tensor
        (n_fft,); its device and type are those of the computation.
    """

    n_fft: int
    hop_length: int
    window: torch.Tensor

    @classmethod
    def like(cls, magnitude, n_fft, hop_length):
        """The transform that computes where and in the precision that `magnitude` has."""
        return cls(n_fft, hop_length, torch.from_numpy(periodic_hann(n_fft)).to(magnitude))

    def forward(self, samples):
        """Samples (n,) to a complex spectrogram (n_fft / 2 + 1, 1 + n // hop_length)."""
        return torch.stft(
            samples, self.n_fft, self.hop_length, window=self.window, pad_mode="reflect", return_complex=True
        )

    def inverse(self, spectrum):
        """The samples ((frames - 1) * hop_length,) whose transform is nearest to `spectrum` in the least squares."""
        return torch.istft(spectrum, self.n_fft, self.hop_length, window=self.window)


@dataclass(frozen=True)
class CircularTransform(Transform):
    """A short-time Fourier transform of a signal whose end is followed by its start.

    Attributes are those of `Transform`. Frame t is centred on sample t * hop_length, as there, but frames * hop_length
    samples are a whole turn.
    """

    def forward(self, samples):
        """Samples (frames * hop_length,) to a complex spectrogram (n_fft / 2 + 1, frames)."""
        half = self.n_fft // 2
        padded = torch.cat([samples[-half:], samples, samples[: self.n_fft - half - self.hop_length]])
        return torch.stft(padded, self.n_fft, self.hop_length, window=self.window, center=False, return_complex=True)

    def inverse(self, spectrum):
        """The samples (frames * hop_length,) whose transform is nearest to `spectrum` in the least squares."""
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
    """A transform pair whose inverse leaves the first and last samples as they are given.

    Phase recovery with it continues a sound: each step sees the true samples at the ends.

    Attributes
    ----------
    n_fft, hop_length, window
        See `Transform`.
    head, tail : torch.Tensor
        (any number,): samples that the signal begins and ends with.
    """

    head: torch.Tensor
    tail: torch.Tensor

    def inverse(self, spectrum):
        """As that of `Transform`, between head and tail."""
        samples = super().inverse(spectrum)
        return torch.cat([self.head, samples[len(self.head) : len(samples) - len(self.tail)], self.tail])
