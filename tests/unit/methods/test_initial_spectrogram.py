"""Noise and the surrogate have of the target what they promise."""

import math

import numpy as np
import pytest
import torch

from texture_core.methods.initial_spectrogram import noise, surrogate


def test_the_start_from_noise_is_half_normal_with_the_targets_mean():
    target = torch.rand(65, 400, generator=torch.Generator().manual_seed(0)) + 0.7
    values = noise(target, torch.Generator().manual_seed(1)) / target.mean()
    assert values.shape == target.shape
    assert values.min().item() >= 0
    # Five standard errors of the half-normal distribution's mean and mean square.
    assert values.mean().item() == pytest.approx(math.sqrt(2 / math.pi), abs=5 * 0.6 / math.sqrt(values.numel()))
    assert values.square().mean().item() == pytest.approx(1, abs=5 * math.sqrt(2 / values.numel()))


@pytest.mark.parametrize("frames", [300, 301])
def test_the_surrogate_has_the_targets_distribution_and_correlations(frames):
    generator = np.random.default_rng(0)
    # Correlated over time and between bins, and skewed.
    white = generator.normal(size=(12, frames + 20))
    smooth = np.apply_along_axis(np.convolve, 1, white, np.hanning(20), "valid")[:, :frames]
    target = torch.from_numpy(np.exp(0.1 * (smooth + np.roll(smooth, 1, axis=0)))).float()
    found = surrogate(target, torch.Generator().manual_seed(1))
    assert torch.equal(found.sort(dim=1).values, target.sort(dim=1).values)

    def covariances(values):
        centred = (values - values.mean(dim=1, keepdim=True)).double()
        return torch.stack([centred @ centred.roll(-lag, dims=1).T / frames for lag in (0, 1, 5, 10, 40)])

    expected = covariances(target)
    shuffled = target[:, torch.randperm(frames, generator=torch.Generator().manual_seed(2))]
    distance = torch.linalg.vector_norm(covariances(found) - expected) / torch.linalg.vector_norm(expected)
    lost = torch.linalg.vector_norm(covariances(shuffled) - expected) / torch.linalg.vector_norm(expected)
    assert distance.item() < 0.3
    assert lost.item() > 0.5
    # It is no copy at any shift.
    assert max(np.corrcoef(found.ravel(), target.roll(s, dims=1).ravel())[0, 1] for s in range(frames)) < 0.7
