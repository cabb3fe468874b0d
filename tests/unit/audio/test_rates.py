"""Rates above 16 kHz: the same frames and magnitudes, and what is above 8 kHz comes back."""

import numpy as np
import pytest
from scipy.signal import welch
from small_texture import small

import texture_core as tc
from texture_core.audio.rates import COMPUTED_RATES, computed_transform, target_peak
from texture_core.audio.recording import rms
from texture_core.errors import ParameterError
from texture_core.parameters.method import AudioParameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.plan import plan_texture


def bright_noise(rate, duration=2.5):
    """Noise whose level rises with frequency, swelling twice a second, as hail might."""
    generator = np.random.default_rng(0)
    time = np.arange(round(duration * rate)) / rate
    white = generator.normal(size=len(time))
    return 0.05 * np.diff(white, prepend=0.0) * (1 + 0.5 * np.sin(2 * np.pi * 2 * time))


@pytest.mark.parametrize("rate", COMPUTED_RATES)
def test_windows_and_hops_last_as_long_at_each_rate(rate):
    found, spectrogram = computed_transform(48000, rate)
    assert found == rate
    assert (spectrogram.n_fft / rate, spectrogram.hop_length / rate) == (0.032, 0.004)


@pytest.mark.parametrize(
    ("recorded", "wanted", "expected"),
    [(44100, 48000, 48000), (96000, 48000, 48000), (22050, 48000, 24000), (16000, 32000, 16000), (8000, 16000, 16000)],
)
def test_no_more_is_computed_than_there_is_use_for(recorded, wanted, expected):
    assert computed_transform(recorded, wanted)[0] == expected


@pytest.mark.parametrize("rate", [44100, 8000, 0, None])
def test_other_rates(rate):
    with pytest.raises(ParameterError, match="computed_rate: expected one of 16000, 24000, 32000, 48000 Hz, found"):
        computed_transform(48000, rate)


def test_the_same_sound_has_the_same_magnitudes_at_each_rate():
    rain = tc.demo_texture("rain", duration=1.0)
    low = log_spectrogram(rain)
    high_rate = tc.prepare_audio(rain, 16000, AudioParameters(sample_rate=48000, normalize="none"))
    _, spectrogram = computed_transform(48000, 48000)
    high = log_spectrogram(high_rate * target_peak(48000), spectrogram)
    # Frames at the ends see other reflections, the highest bins the resampler's edge.
    np.testing.assert_allclose(high[:240, 8:-8], low[:240, 8:-8], atol=0.02)


@pytest.mark.parametrize("rate", [48000, 44100])
def test_what_is_above_8_khz_comes_back_where_asked(rate):
    noise = bright_noise(rate)
    found = tc.synthesize(noise, rate, parameters=small(8, 10, 16), computed_rate=48000)
    assert len(found) == len(noise)
    frequency, wanted = welch(noise, rate, nperseg=2048)
    _, made = welch(found, rate, nperseg=2048)
    for low, high in ((500, 1000), (1000, 2000), (2000, 4000), (4000, 8000), (8000, 16000), (16000, 21000)):
        band = (frequency >= low) & (frequency < high)
        assert abs(10 * np.log10(made[band].sum() / wanted[band].sum())) < 1.5, (low, high)
    # At the paper's rate it does not.
    plan = plan_texture(noise, rate, parameters=small(8, 10, 16))
    assert plan.target.sample_rate == 16000
    assert plan.target_rms < 0.5 * rms(noise)


def test_a_loop_in_stereo_at_48_khz():
    stereo = np.stack([bright_noise(48000), np.roll(bright_noise(48000), 5000) * 0.5], axis=1)
    found = tc.synthesize(stereo, 48000, loop=True, parameters=small(1, 1, 16), computed_rate=48000)
    assert found.shape == (120000, 2)
    balance = 20 * np.log10(rms(found[:, 0]) / rms(found[:, 1]))
    assert balance == pytest.approx(20 * np.log10(rms(stereo[:, 0]) / rms(stereo[:, 1])), abs=0.5)
