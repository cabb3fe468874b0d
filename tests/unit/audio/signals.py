"""Tones and noise."""

import numpy as np

from texture_core.audio.recording import rms


def sine(frequency, sample_rate, seconds=1.0, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate + 0.3)


def interior(samples):
    """Without the ends, where a tone that begins out of nothing has all frequencies."""
    return samples[len(samples) // 5 : -len(samples) // 5]


def fit_sine(samples, frequency, sample_rate):
    """Amplitude at a frequency, and the RMS of what else there is."""
    phase = 2 * np.pi * frequency * np.arange(len(samples)) / sample_rate
    basis = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    weights = np.linalg.lstsq(basis, samples, rcond=None)[0]
    return np.hypot(*weights), rms(samples - basis @ weights)


def noise(frames, channels=1, seed=0, level=0.1):
    return (level * np.random.default_rng(seed).normal(size=(frames, channels))).clip(-1, 1)
