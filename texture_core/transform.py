"""The short-time Fourier transform and its inverse as torch operations, for phase recovery."""

from dataclasses import dataclass

import torch

from texture_core.spectrogram import periodic_hann


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
