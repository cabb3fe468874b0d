"""Scores against values worked out by hand, and what a copy, a stranger and a synthesis score."""

import numpy as np
import pytest
import scored
import torch
from scored import spectrogram_of

from texture_core.audio.recording import rms
from texture_core.demo import demo_texture
from texture_core.errors import ParameterError, TextureError
from texture_core.parameters.method import AutocorrelationParameters, InversionParameters
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.diversity import diversity

BOTH = ("autocorrelation", "diversity")


def scores_of(target_samples, synthesis_samples, names=BOTH, **changes):
    return scored.scores_of(
        names, target_samples, synthesis_samples, **{"autocorrelation": AutocorrelationParameters(0.05, 0.5)} | changes
    )


@pytest.fixture(scope="module")
def rain():
    return demo_texture("rain", seed=0, duration=1.5)


def test_diversity_by_hand():
    def rows(*values):
        return Spectrogram(np.array(values, np.float32), 16000, 2, 1)

    # At shift 2 the 2 meets the 1 (distance 1, energy 1); at the others they miss each other (4 + 1).
    assert diversity(rows([1, 0, 0, 0]), rows([0, 0, 2, 0])) == (1.0, 2)
    # Both rows move together: at shift 1 the second row fits (energy 1 + 4, distance 1 + 1).
    assert diversity(rows([1, 0, 0], [2, 0, 0]), rows([0, 0, 1], [0, 2, 0])) == (5 / 2, 1)
    # Of different lengths, both are cut to the shorter.
    assert diversity(rows([1, 0, 0, 0, 9]), rows([0, 0, 2, 0])) == (1.0, 2)
    assert diversity(rows([1, 0, 0, 0]), rows([0, 0, 2, 0, 9])) == (1.0, 2)


def test_autocorrelation_by_hand(rain):
    def rows(*values):
        return Spectrogram(np.tile(np.array(values, np.float32), (257, 1)), 16000, 512, 64)

    # Lags 1 and 2 of 4 frames: the target's (1, 0), the other's (0, 2); so (1 + 4) / 1.
    found = scores_of(
        rain,
        rain,
        ["autocorrelation"],
        target=rows(1, 1, 0, 0),
        synthesis=rows(1, 0, 1, 0),
        autocorrelation=AutocorrelationParameters(0.004, 0.008),
    )
    assert found["autocorrelation_spectrogram"] == pytest.approx(5.0)


def test_scores_of_audio_by_their_formulas(rain):
    other = demo_texture("rain", seed=1, duration=1.5) * np.float32(0.7)
    found = scores_of(rain, other)

    def magnitude(samples):
        window = torch.hann_window(512, dtype=torch.float64)
        spectrum = torch.stft(torch.from_numpy(samples).double(), 512, 64, window=window, return_complex=True)
        return np.log(1 + spectrum.abs().numpy())

    def autocorrelations(values):
        # 50 to 500 ms are 12.5 and 125 frames; halves are rounded to even.
        return np.stack([(values * np.roll(values, -lag, axis=1)).mean(axis=1) for lag in range(12, 126)])

    def distance(values):
        expected = autocorrelations(magnitude(rain))
        return ((autocorrelations(values) - expected) ** 2).sum() / (expected**2).sum()

    target, rendered = magnitude(rain), magnitude(other)
    assert found["autocorrelation"] == pytest.approx(distance(rendered), rel=1e-5)
    level = np.sqrt(np.mean(rain.astype(float) ** 2) / np.mean(other.astype(float) ** 2))
    assert found["autocorrelation_rms_matched"] == pytest.approx(distance(magnitude(other * level)), rel=1e-5)
    values = [
        (target**2).sum() / ((np.roll(rendered, -shift, axis=1) - target) ** 2).sum()
        for shift in range(target.shape[1])
    ]
    assert found["diversity"] == pytest.approx(max(values), rel=1e-5)
    assert found["diversity_shift"] == int(np.argmax(values))
    # Before phase recovery it was another spectrogram.
    flat = Spectrogram(np.ones_like(target, np.float32), 16000, 512, 64)
    flat_found = scores_of(rain, other, synthesis=flat)
    for name in ("autocorrelation", "autocorrelation_rms_matched", "diversity", "diversity_shift"):
        assert flat_found[name] == found[name]
    expected = (target**2).sum() / ((1 - target) ** 2).sum()
    assert flat_found["diversity_spectrogram"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shift", [0, 1, 100, 350])
def test_a_moved_copy_is_found_where_it_is(shift, rain):
    target = spectrogram_of(rain)
    moved = Spectrogram(np.roll(target.log_magnitude, shift, axis=1), 16000, 512, 64)
    value, found = diversity(target, moved)
    assert value > 1e6
    assert found == shift
    # Sound of 375 hops has 376 frames, so that what is wrapped around stands one frame further.
    found = scores_of(rain, np.roll(rain, shift * 64))
    assert found["diversity_shift"] == (shift if shift < 375 / 2 else shift + 1)
    assert found["diversity"] > 15


def test_the_rms_matched_score_does_not_see_the_level(rain):
    quiet = scores_of(rain, rain * np.float32(0.1))
    assert quiet["autocorrelation"] > 0.1
    assert quiet["autocorrelation_rms_matched"] < 1e-9
    assert scores_of(rain, np.zeros_like(rain))["autocorrelation_rms_matched"] == pytest.approx(1.0)


def test_a_copy_by_griffin_lim_scores_high_and_other_sound_low(rain):
    copy = invert(spectrogram_of(rain), InversionParameters(iterations=60), seed=0, target_rms=rms(rain))
    found = scores_of(rain, copy)
    assert found["diversity"] > 15
    assert found["diversity_shift"] == 0
    assert found["autocorrelation"] < 0.01
    other = scores_of(rain, demo_texture("rain", seed=1, duration=1.5))
    assert other["diversity"] < 3
    noise = (rms(rain) * np.random.default_rng(0).normal(size=len(rain))).astype(np.float32)
    assert scores_of(rain, noise)["diversity"] < 3


def test_unknown_and_repeated_scores(rain):
    with pytest.raises(ParameterError, match=r"scores: there is no 'beauty'; known: .*autocorrelation.*diversity"):
        scores_of(rain, rain, ["diversity", "beauty"])
    with pytest.raises(TextureError, match="'diversity' was already given"):
        scores_of(rain, rain, ["diversity", "diversity"])
    assert scores_of(rain, rain, []) == {}


def test_a_clip_too_short_for_the_lags_of_the_score(rain):
    with pytest.raises(ParameterError, match=r"autocorrelation\.maximum_lag: 2 s is 500 frames"):
        scores_of(rain, rain, autocorrelation=AutocorrelationParameters())
