"""The patchwork score finds copies and collages, and nothing in unrelated sound."""

import numpy as np
import pytest
from scored import scores_of, spectrogram_of

from texture_core.audio.recording import prepare_audio, read_recording
from texture_core.audio.segments import best_correlations
from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.parameters.method import InversionParameters
from texture_core.phase.inversion import invert
from texture_core.runtime.randomness import numpy_generator

RATE = 16000


def patchwork(target, synthesis):
    return scores_of(["patchwork"], target, synthesis)


def collage(samples, generator, shortest=0.25, longest=0.8):
    """Random pieces of a recording, one after the other, as long as the recording."""
    pieces = []
    while sum(map(len, pieces)) < len(samples):
        length = round(generator.uniform(shortest, longest) * RATE)
        start = generator.integers(len(samples) - length)
        pieces.append(samples[start : start + length])
    return np.concatenate(pieces)[: len(samples)]


def with_random_phases(samples, generator):
    """Noise with exactly the spectrum of a recording."""
    magnitude = np.abs(np.fft.rfft(samples))
    return np.fft.irfft(magnitude * np.exp(2j * np.pi * generator.random(len(magnitude))), len(samples))


def test_correlations_are_the_written_out_ones():
    generator = numpy_generator(0, "patchwork")
    target, synthesis = generator.standard_normal((3, 40)), generator.standard_normal((3, 25))
    expected = []
    for start in (0, 8, 16):
        segment = synthesis[:, start : start + 8]
        places = [target[:, place : place + 8] for place in range(33)]
        expected.append([(segment * p).sum() / np.linalg.norm(segment) / np.linalg.norm(p) for p in places])
    np.testing.assert_allclose(best_correlations(target, synthesis, 8), np.max(expected, axis=1))
    np.testing.assert_allclose(best_correlations(target, synthesis, 8, polarity=False), np.abs(expected).max(axis=1))


@pytest.mark.parametrize("polarity", [True, False])
def test_a_long_target_is_searched_block_by_block(monkeypatch, polarity):
    draw = np.random.default_rng(1)
    target, synthesis = draw.normal(size=(12, 700)), draw.normal(size=(12, 100))
    target[:, 300:310] = 0
    synthesis[:, 8:16] = -target[:, 411:419]
    synthesis[:, 16:24] = 0
    expected = best_correlations(target, synthesis, 8, polarity=polarity)
    monkeypatch.setattr("texture_core.audio.segments._LONGEST_TRANSFORM", 600)
    monkeypatch.setattr("texture_core.audio.segments._BLOCK", 64)
    np.testing.assert_allclose(best_correlations(target, synthesis, 8, polarity=polarity), expected, atol=1e-12)
    assert (expected[1] == pytest.approx(1.0)) == (not polarity)


def test_exact_copy():
    rain = demo_texture("rain")
    scores = patchwork(rain, rain)
    assert scores["patchwork_median"] == pytest.approx(1, abs=1e-6)
    assert scores["patchwork_spectrogram_median"] == pytest.approx(1, abs=1e-6)
    assert scores["patchwork_share"] == scores["patchwork_spectrogram_share"] == 1.0


def test_a_copy_of_opposite_polarity_and_other_level_is_a_copy():
    rain = demo_texture("rain")
    assert patchwork(rain, -0.3 * rain)["patchwork_median"] == pytest.approx(1, abs=1e-6)


def test_collage_is_seen_here_and_not_by_the_diversity_score():
    rain = demo_texture("rain")
    pieces = collage(rain, numpy_generator(0, "collage"))
    scores = patchwork(rain, pieces)
    assert scores["patchwork_median"] > 0.9
    assert scores["patchwork_share"] > 0.85
    # Real syntheses are at 1.6 to 7, a copy above 20.
    assert scores_of(["diversity"], rain, pieces)["diversity"] < 3


@pytest.mark.parametrize(("name", "highest"), [("rain", 0.1), ("crickets", 0.2)])
def test_noise_with_the_same_spectrum_is_no_patchwork(name, highest):
    # The narrower the band, the fewer independent samples in a segment, and the higher the best of all places.
    texture = demo_texture(name)
    scores = patchwork(texture, with_random_phases(texture, numpy_generator(0, name)))
    assert 0.05 < scores["patchwork_median"] < highest
    assert 0.02 < scores["patchwork_spectrogram_median"] < 0.14
    assert scores["patchwork_share"] == scores["patchwork_spectrogram_share"] == 0.0


def test_another_take_is_no_patchwork():
    scores = patchwork(demo_texture("rain"), demo_texture("rain", seed=1))
    assert scores["patchwork_median"] < 0.14
    assert scores["patchwork_share"] == scores["patchwork_spectrogram_share"] == 0.0


def test_copy_through_phase_recovery_shows_in_the_spectrogram():
    rain = demo_texture("rain", duration=2.0)
    parameters = InversionParameters(iterations=30)
    copy = invert(spectrogram_of(rain), parameters, seed=0, texture="rain", setting="copy")
    scores = patchwork(rain[: len(copy)], copy)
    assert scores["patchwork_share"] < 0.2
    assert scores["patchwork_spectrogram_median"] > 0.9
    assert scores["patchwork_spectrogram_share"] == 1.0


def test_silence_is_no_copy():
    rain = demo_texture("rain", duration=1.0)
    half_silent = np.concatenate([np.zeros(8000, np.float32), rain[8000:]])
    target, synthesis = rain[None], half_silent[None]
    np.testing.assert_allclose(best_correlations(target, synthesis, 4000), [0, 0, 1, 1], atol=1e-5)


def test_too_short():
    rain = demo_texture("rain", duration=0.2)
    with pytest.raises(ParameterError, match=r"at least 0\.25 s of target and synthesis, found 0\.200 and 0\.200 s"):
        patchwork(rain, rain)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["norm_Applause_01_big.wav", "norm_Fire1.wav", "norm_CSE-50 Wind moaning.wav"])
def test_halves_of_a_recording_are_unrelated_and_its_collage_is_not(corpus_folder, name):
    samples = prepare_audio(*read_recording(corpus_folder / name))
    first, second = samples[: len(samples) // 2], samples[len(samples) // 2 :]
    unrelated = patchwork(first, second)
    assert unrelated["patchwork_median"] < 0.2
    assert unrelated["patchwork_share"] == 0.0
    pasted = patchwork(first, collage(first, numpy_generator(0, name)))
    assert pasted["patchwork_median"] > 0.7
    assert pasted["patchwork_share"] > 0.7
