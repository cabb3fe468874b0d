"""The demo textures are what their module says they are."""

import math

import numpy as np
import pytest

from texture_core.demo import (
    CHIME_FUNDAMENTALS,
    CHIME_PARTIALS,
    CRICKETS_FREQUENCY,
    CRICKETS_PERIOD,
    PEAK,
    TAPPING_PERIOD,
    damped_modes,
    demo_texture,
    demo_texture_names,
)
from texture_core.errors import ParameterError

RATE = 16000
HOP = 64


def energy(samples, block=HOP):
    """Energy of consecutive blocks of 4 ms."""
    return np.square(samples[: len(samples) // block * block].reshape(-1, block)).sum(axis=1)


def strongest_lag(samples, shortest=0.15, longest=1.2):
    """Seconds of the highest peak of the energy envelope's autocorrelation, apart from that at lag 0."""
    envelope = energy(samples)
    envelope = envelope - envelope.mean()
    correlation = np.correlate(envelope, envelope, "full")[len(envelope) - 1 :]
    correlation /= np.arange(len(envelope), 0, -1)
    lags = np.arange(len(envelope)) * HOP / RATE
    searched = (lags >= shortest) & (lags <= longest)
    return lags[searched][np.argmax(correlation[searched])]


def flatness(samples):
    """Spectral flatness between 0.5 and 7 kHz, of the power spectrum averaged over frames of 32 ms."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 512)[::128] * np.hanning(512)
    power = np.square(np.abs(np.fft.rfft(frames))).mean(axis=0)[16:225]
    return np.exp(np.log(power).mean()) / power.mean()


@pytest.mark.parametrize("name", demo_texture_names())
def test_basic_facts(name):
    samples = demo_texture(name, seed=3)
    assert samples.dtype == np.float32
    assert samples.shape == (4 * RATE,)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() == pytest.approx(PEAK)
    assert abs(samples.mean()) < 0.01 * samples.std()


@pytest.mark.parametrize("name", demo_texture_names())
def test_same_seed_same_bytes_and_other_seed_other_texture(name):
    samples = demo_texture(name, seed=1)
    assert demo_texture(name, seed=1).tobytes() == samples.tobytes()
    assert not np.allclose(demo_texture(name, seed=2), samples, atol=1e-3)


@pytest.mark.parametrize("name", demo_texture_names())
@pytest.mark.parametrize(("duration", "rate"), [(0.1, 16000), (1.5, 44100), (2.0, 8000)])
def test_duration_and_rate(name, duration, rate):
    samples = demo_texture(name, duration=duration, sample_rate=rate)
    assert len(samples) == round(duration * rate)
    assert np.isfinite(samples).all()


@pytest.mark.parametrize("name", demo_texture_names())
def test_sounds_the_same_from_start_to_end(name):
    energies = energy(demo_texture(name, seed=5, duration=8.0), block=4 * RATE)
    assert energies.max() < 3 * energies.min()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tapping_has_its_period(seed):
    assert strongest_lag(demo_texture("tapping", seed=seed)) == pytest.approx(TAPPING_PERIOD, abs=HOP / RATE / 2)


def test_tapping_is_three_falling_taps_and_a_rest():
    envelope = energy(demo_texture("tapping", duration=5 * TAPPING_PERIOD), block=RATE // 5).reshape(5, 4)
    assert (np.diff(envelope, axis=1) < 0).all()
    assert (envelope[:, 3] < 0.01 * envelope[:, 2]).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_crickets_have_their_period_and_pitch(seed):
    samples = demo_texture("crickets", seed=seed)
    assert strongest_lag(samples, shortest=0.3, longest=0.9) == pytest.approx(CRICKETS_PERIOD, abs=HOP / RATE)
    power = np.square(np.abs(np.fft.rfft(samples)))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    assert frequencies[np.argmax(power)] == pytest.approx(CRICKETS_FREQUENCY, rel=0.05)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_chimes_stand_at_their_partials(seed):
    samples = demo_texture("chimes", seed=seed)
    amplitude = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    partials = np.array([f * p for f in CHIME_FUNDAMENTALS for p in CHIME_PARTIALS[:3]])
    apart = np.abs(frequencies[:, None] - partials[None]).min(axis=1)
    background = np.median(amplitude[(apart > 40) & (frequencies < 5000)])
    for partial in partials:
        assert amplitude[np.abs(frequencies - partial) < 2].max() > 20 * background
    assert np.square(amplitude[apart < 10]).sum() > 0.95 * np.square(amplitude).sum()


def test_rain_is_noise_and_chimes_are_not():
    assert flatness(demo_texture("rain")) > 0.5
    assert flatness(demo_texture("rain")) > 10 * flatness(demo_texture("chimes"))


def test_damped_modes_follow_their_formula():
    samples = damped_modes((100.0, 9000.0), (0.05, 1.0), (0.7, 1.0), (0.3, 0.0), duration=0.25, sample_rate=RATE)
    expected = [0.7 * math.exp(-n / RATE / 0.05) * math.sin(2 * math.pi * 100 * n / RATE + 0.3) for n in range(4000)]
    np.testing.assert_allclose(samples, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "wind"}, "'wind': there is no such texture; known: tapping, chimes"),
        ({"name": "rain", "duration": 0.0}, "'rain': expected a duration of at least 0.1 s, found 0.0"),
        ({"name": "rain", "duration": math.nan}, "found nan"),
        ({"name": "rain", "sample_rate": 4000}, "expected a sample rate of at least 8000 Hz, found 4000"),
    ],
)
def test_bad_arguments_are_explained(arguments, message):
    with pytest.raises(ParameterError, match=message):
        demo_texture(**arguments)
