"""The log spectrogram against other implementations, and the transform pair of phase recovery."""

import librosa
import numpy as np
import pytest
import torch

from texture_core.parameters.method import SpectrogramParameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.spectrogram.transform import Transform

SIZES = [(512, 64), (512, 256), (128, 50), (16, 1)]


def noise(frames, seed=0):
    return np.random.default_rng(seed).normal(size=frames)


@pytest.mark.parametrize("length", [1000, 4096, 5003])
@pytest.mark.parametrize(("n_fft", "hop_length"), SIZES)
def test_against_torch_and_librosa(n_fft, hop_length, length):
    samples = noise(length)
    found = log_spectrogram(samples, SpectrogramParameters(n_fft, hop_length))
    assert found.dtype == np.float32
    assert found.shape == (n_fft // 2 + 1, 1 + length // hop_length)
    assert found.min() >= 0
    window = torch.hann_window(n_fft, periodic=True, dtype=torch.float64)
    with_torch = torch.stft(torch.from_numpy(samples), n_fft, hop_length, window=window, return_complex=True).abs()
    with_librosa = np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop_length, pad_mode="reflect"))
    np.testing.assert_allclose(found, np.log(1 + with_torch.numpy()), rtol=2e-7, atol=1e-7)
    # librosa reflects the end one sample off where the last frame is centred on it.
    np.testing.assert_allclose(found[:, :-1], np.log(1 + with_librosa)[:, :-1], rtol=2e-7, atol=1e-7)


@pytest.mark.parametrize("shape", [(256,), (0,), (1000, 2)])
def test_samples_that_cannot_be_transformed(shape):
    assert log_spectrogram(noise(257)).shape == (257, 5)
    with pytest.raises(ValueError, match="more than 256 samples"):
        log_spectrogram(np.ones(shape))


@pytest.mark.parametrize(("n_fft", "hop_length"), SIZES)
def test_the_transform_is_that_of_the_spectrogram_and_has_an_inverse(n_fft, hop_length, device):
    samples = torch.from_numpy(noise(20 * hop_length + 4 * n_fft // hop_length * hop_length)).to(device)
    transform = Transform.like(samples, n_fft, hop_length)
    spectrum = transform.forward(samples)
    expected = log_spectrogram(samples.cpu().numpy(), SpectrogramParameters(n_fft, hop_length))
    np.testing.assert_allclose(torch.log1p(spectrum.abs()).cpu().numpy(), expected, rtol=2e-7, atol=1e-7)
    rebuilt = transform.inverse(spectrum)
    assert rebuilt.shape == samples.shape
    assert (rebuilt - samples).abs().max().item() < 1e-10
