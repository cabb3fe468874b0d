"""Loudness against the recommendation's own figures, and gains that match it without clipping."""

import numpy as np
import pytest

from texture_core.audio.loudness import loudness, matching_gains


def sine(frequency, seconds, sample_rate, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate)


@pytest.mark.parametrize("sample_rate", [8000, 16000, 44100, 48000, 96000])
def test_the_reference_tone_has_the_loudness_of_the_recommendation(sample_rate):
    # BS.1770: a sine of 997 Hz at full scale in one channel measures -3.01 LUFS.
    assert loudness(sine(997, 3, sample_rate), sample_rate) == pytest.approx(-3.01, abs=0.02)


def test_the_weighting_is_that_of_the_recommendation():
    # Gains of the two filters at 48 kHz, from their coefficients with scipy.signal.freqz.
    signal = pytest.importorskip("scipy.signal")
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    sound = np.random.default_rng(0).standard_normal(48000) * 0.1
    filtered = signal.lfilter(*high_pass, signal.lfilter(*shelf, sound))
    blocks = [np.mean(filtered[start : start + 19200] ** 2) for start in range(0, 48000 - 19200 + 1, 4800)]
    expected = -0.691 + 10 * np.log10(np.mean(blocks))
    assert loudness(sound, 48000) == pytest.approx(expected, abs=0.02)


def test_channels_add_up():
    mono = sine(997, 2, 16000, 0.1)
    stereo = np.stack([mono, mono], axis=1)
    assert loudness(stereo, 16000) - loudness(mono, 16000) == pytest.approx(10 * np.log10(2), abs=1e-6)


def test_pauses_do_not_count():
    # 10 s of silence would lower the mean by 7.8 dB; the blocks at the edge remain.
    tone = sine(997, 2, 16000)
    padded = np.concatenate([np.zeros(80000), tone, np.zeros(80000)])
    assert loudness(padded, 16000) == pytest.approx(loudness(tone, 16000), abs=0.8)
    quiet = np.concatenate([tone, 0.01 * sine(997, 20, 16000)])
    assert loudness(quiet, 16000) == pytest.approx(loudness(tone, 16000), abs=0.8)


@pytest.mark.parametrize("seconds", [0.004, 0.05, 0.25, 0.4])
def test_short_sounds_have_a_loudness(seconds):
    noise = np.random.default_rng(0).standard_normal(round(16000 * seconds))
    assert loudness(noise, 16000) == pytest.approx(0, abs=4)


def test_silence_has_none():
    assert loudness(np.zeros(16000), 16000) == -np.inf
    assert loudness(np.full(16000, 1e-6), 16000) == -np.inf


def test_gains_reach_the_target_where_peaks_allow_it():
    assert matching_gains([-20.0, -30.0], [0.9, 0.1], target=-23, ceiling=-1) == pytest.approx([-3, 7])


def test_the_strongest_peak_lowers_all():
    gains = matching_gains([-20.0, -30.0], [0.5, 1.0], target=-23, ceiling=-1)
    assert gains == pytest.approx([-11, -1])


def test_silence_is_left_as_it_is():
    assert matching_gains([-np.inf, -20.0], [0.0, 0.5], target=-23, ceiling=-1) == pytest.approx([0, -3])
    assert matching_gains([-np.inf], [0.0], target=-23, ceiling=-1) == [0.0]
