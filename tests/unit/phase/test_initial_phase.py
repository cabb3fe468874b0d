"""The phases to start from: derived ones against closed forms and against what random ones reach."""

import math

import numpy as np
import pytest
import torch
from convergence import spectral_convergence
from scored import spectrogram_of

from texture_core.demo import demo_texture, demo_texture_names
from texture_core.parameters.method import InversionParameters
from texture_core.phase.initial_phase import initial_phase
from texture_core.phase.inversion import invert
from texture_core.spectrogram.transform import Transform


def start(magnitude, kind, seed=0):
    return initial_phase(magnitude, kind, torch.Generator().manual_seed(seed), 512, 64)


def transformed(samples, device="cpu"):
    samples = torch.as_tensor(samples, dtype=torch.float32, device=device)
    transform = Transform.like(samples, 512, 64)
    return transform.forward(samples), transform


def test_random_phases_are_uniform_in_angle(device):
    phase = start(torch.ones(257, 400, device=device), "random")
    assert phase.device.type == device
    np.testing.assert_allclose(phase.abs().cpu(), 1, atol=1e-6)
    assert abs(phase.mean().item()) < 0.02 and abs(phase.square().mean().item()) < 0.02


@pytest.mark.parametrize("hertz", [500.0, 1007.0, 3333.0])
def test_phases_of_a_tone_advance_by_its_frequency(hertz, device):
    time = np.arange(16000) / 16000
    spectrum, _ = transformed(np.sin(2 * np.pi * hertz * time), device)
    phase = start(spectrum.abs(), "phase_gradient").cpu()
    # The loudest bin alone: two bins off a tone in the middle of one, the window has a zero, where a Gaussian has none.
    peak = round(hertz / 16000 * 512)
    advance = torch.angle(phase[peak, 1:] * phase[peak, :-1].conj())[20:-20]
    expected = 2 * math.pi * hertz / 16000 * 64
    error = torch.remainder(advance - expected + math.pi, 2 * math.pi) - math.pi
    # Some frames are reached by way of another bin.
    assert error.abs().median().item() < 0.06


def test_phases_of_a_click_advance_by_its_place(device):
    samples = np.zeros(16000)
    place = 64 * 100 + 13
    samples[place] = 1.0
    spectrum, _ = transformed(samples, device)
    phase = start(spectrum.abs(), "phase_gradient").cpu()
    true = spectrum.cpu()
    found = torch.angle(phase[1:, 100] * phase[:-1, 100].conj())[10:-10]
    expected = torch.angle(true[1:, 100] * true[:-1, 100].conj())[10:-10]
    error = torch.remainder(found - expected + math.pi, 2 * math.pi) - math.pi
    assert error.abs().max().item() < 0.12


@pytest.mark.parametrize("name", demo_texture_names())
def test_derived_phases_are_nearer_before_any_iteration(name, device):
    spectrum, transform = transformed(demo_texture(name)[:16000], device)
    magnitude = spectrum.abs()
    reached = {
        kind: spectral_convergence(transform.inverse(magnitude * start(magnitude, kind)), magnitude, transform)
        for kind in ("random", "phase_gradient")
    }
    assert reached["phase_gradient"] < reached["random"] - 10


def test_islands_and_silence_keep_their_random_phases(device):
    magnitude = torch.zeros(257, 60, device=device)
    assert torch.equal(start(magnitude, "phase_gradient"), start(magnitude, "random"))
    magnitude[40, 5] = magnitude[200, 50] = 1.0
    random, derived = start(magnitude, "random"), start(magnitude, "phase_gradient")
    torch.testing.assert_close(derived, random)
    magnitude[40, 6] = 0.5
    derived = start(magnitude, "phase_gradient")
    torch.testing.assert_close(derived[40, 5], random[40, 5])
    assert (derived[40, 6] - random[40, 6]).abs().item() > 1e-3
    derived[40, 6] = random[40, 6]
    torch.testing.assert_close(derived, random)


def test_inversion_takes_the_start_that_its_parameters_name():
    target = spectrogram_of(demo_texture("chimes")[:16000])
    magnitude = torch.expm1(torch.from_numpy(target.log_magnitude))
    transform = Transform.like(magnitude, 512, 64)
    reached = []
    for kind in ("random", "phase_gradient"):
        samples = invert(target, InversionParameters(iterations=20, start=kind), seed=0)
        reached.append(spectral_convergence(torch.from_numpy(samples), magnitude, transform))
    assert reached[1] < reached[0] - 5
