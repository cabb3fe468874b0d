"""The phase algorithms beyond Griffin-Lim: against librosa's momentum, and against Griffin-Lim's result."""

import librosa
import numpy as np
import pytest
import torch
from convergence import spectral_convergence

from texture_core import registry
from texture_core.demo import demo_texture, demo_texture_names
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.spectrogram.transform import Transform


def problem(name, device, noise=0.0):
    """Magnitudes of a demo texture (1 s), perhaps made inconsistent, with random phases and the transform."""
    log_magnitude = torch.from_numpy(log_spectrogram(demo_texture(name)[:16000]))
    generator = torch.Generator().manual_seed(0)
    magnitude = torch.expm1(log_magnitude) * torch.exp(noise * torch.randn(log_magnitude.shape, generator=generator))
    angle = 2 * np.pi * torch.rand(magnitude.shape, generator=generator)
    magnitude = magnitude.to(device)
    return magnitude, torch.polar(torch.ones_like(angle), angle).to(device), Transform.like(magnitude, 512, 64)


def convergence(algorithm, magnitude, phase, transform, iterations):
    recover = registry.load("phase", algorithm).recover
    return spectral_convergence(recover(magnitude, phase, transform, iterations), magnitude, transform)


@pytest.mark.parametrize("iterations", [0, 1, 2, 30])
def test_fast_griffin_lim_is_librosas(iterations, device):
    magnitude = np.abs(np.random.default_rng(0).normal(size=(257, 40)))
    phase = np.exp(2j * np.pi * np.random.default_rng(1).random(magnitude.shape))
    expected = librosa.griffinlim(
        magnitude,
        n_iter=iterations,
        hop_length=64,
        n_fft=512,
        momentum=0.99,
        pad_mode="reflect",
        random_state=np.random.default_rng(1),
    )
    magnitude = torch.from_numpy(magnitude).to(device)
    recover = registry.load("phase", "fast_griffin_lim").recover
    found = recover(magnitude, torch.from_numpy(phase).to(device), Transform.like(magnitude, 512, 64), iterations)
    np.testing.assert_allclose(found.cpu().numpy(), expected, rtol=0, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", demo_texture_names())
def test_admm_comes_nearer_than_griffin_lim(name, device):
    magnitude, phase, transform = problem(name, device)
    plain = convergence("griffin_lim", magnitude, phase, transform, 100)
    fast = convergence("fast_griffin_lim", magnitude, phase, transform, 100)
    assert fast < plain - 0.5
    assert convergence("admm", magnitude, phase, transform, 100) < plain - 4


@pytest.mark.parametrize("name", demo_texture_names())
def test_admm_is_not_worse_where_no_signal_has_the_magnitudes(name, device):
    magnitude, phase, transform = problem(name, device, noise=0.5)
    plain = convergence("griffin_lim", magnitude, phase, transform, 100)
    assert convergence("admm", magnitude, phase, transform, 100) < plain + 0.05


@pytest.mark.parametrize("algorithm", registry.names("phase"))
@pytest.mark.parametrize("iterations", [0, 1, 4, 5, 12])
def test_every_iteration_is_told_once(algorithm, iterations, device):
    magnitude, phase, transform = problem("rain", device)
    told = []
    samples = registry.load("phase", algorithm).recover(magnitude, phase, transform, iterations, told.append)
    assert told == list(range(1, iterations + 1))
    assert samples.shape == (64 * (magnitude.shape[1] - 1),)
    assert torch.isfinite(samples).all()
