"""Recordings are brought to one rate, one channel, one level and one duration."""

import numpy as np
import pytest
import soundfile
from signals import fit_sine, interior, noise, sine

from texture_core.audio.recording import prepare_audio, read_audio, read_recording, rms
from texture_core.parameters.method import AudioParameters

RATES = (8000, 11025, 16000, 22050, 44056, 44100, 48000, 96000)
AS_IS = AudioParameters(normalize="none")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency", [50.0, 1000.0, 3500.0])
def test_a_tone_of_the_passband_is_kept(rate, frequency):
    prepared = prepare_audio(sine(frequency, rate), rate, AS_IS)
    assert prepared.dtype == np.float32
    assert abs(len(prepared) - 16000) <= 1
    amplitude, rest = fit_sine(interior(prepared), frequency, 16000)
    assert amplitude == pytest.approx(0.5, rel=1e-3)
    # -80 dB: linear interpolation would leave -20 to -60 dB of images.
    assert rest < 1e-4 * amplitude


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 20000])
def test_a_tone_above_the_new_nyquist_frequency_is_gone(rate):
    for frequency in (8500.0, 9700.0, 0.95 * rate / 2):
        prepared = prepare_audio(sine(frequency, rate), rate, AS_IS)
        assert 20 * np.log10(rms(interior(prepared)) / (0.5 / np.sqrt(2))) < -80


@pytest.mark.parametrize(("rate", "target_rate"), [(16000, 8000), (44100, 22050), (8000, 44100)])
def test_other_target_rates(rate, target_rate):
    parameters = AudioParameters(sample_rate=target_rate, normalize="none")
    prepared = prepare_audio(sine(700.0, rate), rate, parameters)
    assert abs(len(prepared) - target_rate) <= 1
    assert fit_sine(interior(prepared), 700.0, target_rate)[0] == pytest.approx(0.5, rel=1e-3)


def test_nothing_happens_to_samples_that_need_nothing():
    samples = noise(500).astype(np.float32)
    np.testing.assert_array_equal(prepare_audio(samples[:, 0], 16000, AS_IS), samples[:, 0])
    np.testing.assert_array_equal(prepare_audio(samples, 16000, AS_IS), samples[:, 0])


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
def test_channels_are_mixed_by_their_mean(channels, tmp_path):
    samples = noise(1000, channels).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    read, rate = read_recording(tmp_path / "a.wav")
    assert read.shape == (1000, channels)
    expected = [sum(float(value) for value in frame) / channels for frame in samples]
    np.testing.assert_allclose(prepare_audio(read, rate, AS_IS), expected, rtol=0, atol=1e-7)
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav")[0], expected, rtol=0, atol=1e-7)


def test_normalisation_modes():
    samples = noise(4000)[:, 0]
    peak = prepare_audio(samples, 16000, AudioParameters(normalize="peak"))
    assert np.abs(peak).max() == 1.0
    root_mean_square = prepare_audio(samples, 16000, AudioParameters(normalize="rms"))
    assert np.sqrt(np.mean(root_mean_square.astype(float) ** 2)) == pytest.approx(0.1, rel=1e-6)
    for prepared in (peak, root_mean_square):
        np.testing.assert_allclose(prepared / prepared[0], samples / samples[0], rtol=1e-5)
    # The default is the peak, whatever the level.
    for level in (1e-6, 1.0, 30.0):
        np.testing.assert_allclose(prepare_audio(level * samples, 16000), peak, rtol=1e-6)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44056, 96000])
@pytest.mark.parametrize("seconds", [0.5, 0.7333])
def test_duration_keeps_the_start(rate, seconds, tmp_path):
    samples = noise(rate, 2)
    samples[int(0.95 * rate) :] *= 5
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, rate, subtype="FLOAT")
    parameters = AudioParameters(normalize="none", duration=seconds)
    whole = prepare_audio(*read_recording(path), AS_IS)
    cut = prepare_audio(*read_recording(path), parameters)
    assert len(cut) == round(16000 * seconds)
    np.testing.assert_array_equal(cut, whole[: len(cut)])
    # Reading no more than is needed makes no audible difference.
    read, _ = read_recording(path, seconds)
    assert len(read) < len(samples)
    short = prepare_audio(read, rate, parameters)
    assert len(short) == len(cut)
    np.testing.assert_allclose(short, cut, rtol=0, atol=1e-4 * np.abs(cut).max())
    # The level is that of the kept part.
    assert np.abs(prepare_audio(samples, rate, AudioParameters(duration=seconds))).max() == 1.0


def test_a_recording_shorter_than_the_duration_is_kept_whole():
    samples = noise(1000)[:, 0]
    assert len(prepare_audio(samples, 16000, AudioParameters(duration=5.0))) == 1000


@pytest.mark.parametrize(
    ("suffix", "subtype", "tolerance"),
    [
        ("wav", "PCM_16", 2**-15),
        ("wav", "PCM_U8", 2**-7),
        ("wav", "PCM_24", 2**-23),
        ("wav", "FLOAT", 1e-7),
        ("wav", "DOUBLE", 1e-7),
        ("wav", "ULAW", 0.05),
        ("flac", "PCM_16", 2**-15),
        ("flac", "PCM_S8", 2**-7),
        ("aiff", "PCM_16", 2**-15),
        ("aiff", "PCM_S8", 2**-7),
        ("ogg", "VORBIS", 0.1),
        ("mp3", "MPEG_LAYER_III", 0.1),
    ],
)
@pytest.mark.parametrize("rate", [8000, 44100])
def test_formats(suffix, subtype, tolerance, rate, tmp_path):
    if subtype not in soundfile.available_subtypes(suffix.upper()):
        pytest.skip(f"this libsndfile writes no {subtype} in {suffix}")
    samples = np.stack([sine(440.0, rate), sine(440.0, rate, amplitude=0.25)], axis=1)
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, samples, rate, subtype=subtype)
    read, read_rate = read_recording(path)
    assert read_rate == rate
    assert read.dtype == np.float32
    assert read.shape[1] == 2
    if suffix != "mp3":
        np.testing.assert_allclose(read, samples, rtol=0, atol=tolerance)
    amplitude, rest = fit_sine(interior(prepare_audio(read, rate, AS_IS)), 440.0, 16000)
    assert amplitude == pytest.approx(0.375, abs=0.4 * tolerance + 1e-3)
    assert rest < tolerance
