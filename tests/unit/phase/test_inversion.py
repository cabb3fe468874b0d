"""Phase recovery against librosa's, and what inversion adds to it."""

import librosa
import numpy as np
import pytest
import torch
from convergence import spectral_convergence
from scored import spectrogram_of

from texture_core import registry
from texture_core.audio.recording import rms
from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.parameters.method import InversionParameters
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.spectrogram.transform import Transform

SHORT = InversionParameters(iterations=20)


def decaying_tones(frames=6400):
    time = np.arange(frames) / 16000
    return sum(np.exp(-8 * (time % 0.1)) * np.sin(2 * np.pi * frequency * time) for frequency in (440, 1310, 3000)) / 3


@pytest.mark.parametrize("iterations", [0, 1, 2, 30])
@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 64), (64, 16)])
def test_griffin_lim_is_librosas(iterations, n_fft, hop_length, device):
    magnitude = np.abs(np.random.default_rng(0).normal(size=(n_fft // 2 + 1, 40)))
    # librosa draws its phases so.
    phase = np.exp(2j * np.pi * np.random.default_rng(1).random(magnitude.shape))
    expected = librosa.griffinlim(
        magnitude,
        n_iter=iterations,
        hop_length=hop_length,
        n_fft=n_fft,
        momentum=0,
        pad_mode="reflect",
        random_state=np.random.default_rng(1),
    )
    magnitude = torch.from_numpy(magnitude).to(device)
    recover = registry.load("phase", "griffin_lim").recover
    transform = Transform.like(magnitude, n_fft, hop_length)
    found = recover(magnitude, torch.from_numpy(phase).to(device), transform, iterations).cpu().numpy()
    assert found.dtype == np.float64
    assert found.shape == (39 * hop_length,)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


def test_inversion_recovers_the_sound(device):
    samples = decaying_tones()
    target = spectrogram_of(samples)
    found = invert(target, InversionParameters(iterations=200), seed=0, device=device, target_rms=rms(samples))
    assert found.dtype == np.float32
    assert found.shape == (6400,)
    assert rms(found) == pytest.approx(rms(samples), rel=1e-5)
    magnitude = torch.expm1(torch.from_numpy(target.log_magnitude))
    transform = Transform.like(magnitude, 512, 64)
    after = spectral_convergence(torch.from_numpy(found), magnitude, transform)
    start = invert(target, InversionParameters(iterations=0), seed=0, target_rms=rms(samples))
    before = spectral_convergence(torch.from_numpy(start), magnitude, transform)
    assert after < -18
    assert after < before - 10


def test_the_level_is_matched_only_on_demand():
    target = spectrogram_of(decaying_tones())
    free = invert(target, SHORT, seed=0)
    matched = invert(target, SHORT, seed=0, target_rms=0.25)
    off = invert(target, InversionParameters(iterations=20, match_rms=False), seed=0, target_rms=0.25)
    np.testing.assert_array_equal(off, free)
    assert rms(free) != pytest.approx(0.25, rel=1e-2)
    assert rms(matched) == pytest.approx(0.25, rel=1e-6)
    np.testing.assert_allclose(matched / rms(matched), free / rms(free), rtol=1e-4, atol=1e-5)


def test_start_phases_depend_on_seed_texture_and_setting_alone():
    target = spectrogram_of(decaying_tones(3200))
    names = {"seed": 1, "texture": "rain", "setting": "full"}
    torch.manual_seed(1)
    first = invert(target, SHORT, **names)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert np.array_equal(invert(target, SHORT, **names), first)
    assert torch.equal(torch.get_rng_state(), state)
    for changed in ({"seed": 2}, {"texture": "wind"}, {"setting": "gram"}):
        other = invert(target, SHORT, **(names | changed))
        assert rms(other - first) > 0.1 * rms(first)


def test_silence_stays_silence():
    found = invert(Spectrogram(np.zeros((257, 20), np.float32), 16000, 512, 64), SHORT, seed=0, target_rms=0.1)
    assert not found.any()


def test_progress_is_told_every_iteration():
    seen = []
    invert(spectrogram_of(decaying_tones(3200)), InversionParameters(iterations=4), seed=0, progress=seen.append)
    assert seen == [1, 2, 3, 4]


def test_too_few_frames():
    def frames(count):
        return Spectrogram(np.ones((257, count), np.float32), 16000, 512, 64)

    assert len(invert(frames(6), SHORT, seed=0)) == 320
    with pytest.raises(ParameterError, match="texture rain, setting full: 5 frames are too few"):
        invert(frames(5), SHORT, seed=0, texture="rain", setting="full")


def test_the_level_of_the_log_magnitudes_takes_the_place_of_the_rms():
    """A consistent spectrogram comes back at its own level, whatever RMS is asked for."""
    samples = demo_texture("tapping")[:16000]
    target = spectrogram_of(samples)
    parameters = InversionParameters("admm", 50, start="phase_gradient", match_log_magnitude=True)
    found = invert(target, parameters, seed=0, target_rms=0.5)
    assert rms(found) == pytest.approx(rms(samples), rel=0.01)
    # Of the gains around it none is nearer.
    magnitude = np.expm1(log_spectrogram(found))
    distances = [np.sum((np.log1p(gain * magnitude) - target.log_magnitude) ** 2) for gain in (0.99, 1.0, 1.01)]
    assert distances[1] == min(distances)
