"""The library in one function: arrays in and out, levels, seams, loops and memory."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
from scipy.stats import mannwhitneyu
from small_texture import small

import texture_core as tc
from texture_core.audio.recording import rms
from texture_core.errors import AudioError, ParameterError, StorageError
from texture_core.parameters.method import AudioParameters, Parameters
from texture_core.parameters.presets import fit_to_duration, preset_names, preset_parameters, with_iterations
from texture_core.runtime.memory import MemoryShortageError
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.file import audio_format, synthesize_to_file
from texture_core.texture.plan import plan_texture
from texture_core.texture.synthesize import choose_level, synthesize, synthesize_blocks

RATE = 16000


@pytest.mark.parametrize(
    ("rate", "duration", "loop", "expected"),
    [
        (16000, None, False, 3.0),
        (44100, None, False, 3.0),
        (8000, 1.0, False, 1.0),
        (22050, 2.5, False, 2.5),
        (20000, 6.7, False, 6.7),
        # A whole number of frames of 4 ms; of 20 ms, which are 882 samples.
        (16000, 3.0015, True, 3.0),
        (44100, 2.505, True, 2.5),
        (44100, 6.7, True, 6.7),
    ],
)
def test_lengths_and_levels(rate, duration, loop, expected):
    rain = tc.demo_texture("rain", duration=3.0, sample_rate=rate) * np.float32(0.3)
    found = tc.synthesize(rain, rate, duration=duration, loop=loop, parameters=small())
    assert found.dtype == np.float32
    assert found.shape == (round(expected * rate),)
    # Above 8 kHz nothing comes back, and its energy is not put elsewhere.
    limited = tc.prepare_audio(rain, rate, AudioParameters(normalize="none"))
    assert 20 * np.log10(rms(found) / rms(limited)) == pytest.approx(0, abs=0.05)


def test_nothing_clips_and_a_warning_tells_what_that_costs():
    # Pulses of one polarity and some noise: no other sound of its RMS has so small a peak.
    square = np.sign(np.random.default_rng(0).normal(size=3 * RATE)).astype(np.float32)
    with pytest.warns(UserWarning, match=r"the texture is \d+\.\d dB below the recording's level"):
        found = synthesize(square, RATE, parameters=small())
    assert np.abs(found).max() == pytest.approx(10 ** (-0.1 / 20), rel=1e-5)


def test_levels_by_hand():
    level = choose_level(0.1, 0.5, 0.15)
    assert (level.gain, level.shortfall, level.rms, level.peak) == pytest.approx((1.5, 0.0, 0.15, 0.75))
    level = choose_level(0.1, 0.5, 0.4)
    assert level.peak == pytest.approx(0.98855, abs=1e-5)
    assert level.shortfall == pytest.approx(20 * np.log10(0.5 * 4 / 0.98855), abs=1e-3)


def test_channels_and_whole_numbers():
    rain = tc.demo_texture("rain", duration=3.0)
    mono = synthesize(rain, RATE, parameters=small())
    twice = np.stack([rain, rain], axis=1)
    assert np.array_equal(synthesize(twice, RATE, parameters=small(), channels="mono"), mono)
    assert np.array_equal(synthesize(rain[:, None], RATE, parameters=small()), mono)
    whole = synthesize(np.round(rain * 32768).clip(-32768, 32767).astype(np.int16), RATE, parameters=small())
    assert rms(whole) == pytest.approx(rms(mono), rel=1e-3)


def test_a_seed_is_a_texture():
    rain = tc.demo_texture("rain", duration=3.0)
    first = synthesize(rain, RATE, parameters=small(), duration=6.0, seed=1)
    assert np.array_equal(first, synthesize(rain, RATE, parameters=small(), duration=6.0, seed=1))
    assert abs(np.corrcoef(first, synthesize(rain, RATE, parameters=small(), duration=6.0, seed=2))[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("samples", "options", "error", "message"),
    [
        (np.zeros(48000), {}, AudioError, "silent"),
        (np.full(48000, np.nan), {}, AudioError, "NaN"),
        (np.ones((2, 48000)), {}, AudioError, "transpose"),
        (np.ones(0), {}, AudioError, "expected real numbers"),
        (np.ones(48000) * 1j, {}, AudioError, "expected real numbers"),
        (np.ones(48000), {"duration": 0}, ParameterError, "duration: expected seconds above 0, found 0"),
        (np.ones(48000), {"duration": float("nan")}, ParameterError, "duration"),
        (np.ones(3000), {}, ParameterError, r"duration: 0\.188 s, expected at least"),
        (np.ones(32000), {"parameters": Parameters()}, ParameterError, r"lasts 2\.000 s, expected at least 2\.25"),
        (np.ones(48000), {"parameters": Parameters(), "loop": True, "duration": 1.0}, ParameterError, "a loop of 1 s"),
        (np.ones(48000), {"device": "tpu"}, ParameterError, "device"),
        (np.ones(48000), {"parameters": Parameters(method="griffin_lim")}, ParameterError, "optimization"),
    ],
)
def test_what_cannot_be_done(samples, options, error, message):
    with pytest.raises(error, match=message):
        synthesize(samples, RATE, **options)


@pytest.mark.parametrize("rate", [0, 16000.5, 999, True])
def test_rates_that_are_none(rate):
    with pytest.raises(AudioError, match="sample_rate: expected whole Hz"):
        synthesize(np.ones(48000), rate)


def test_presets():
    assert preset_parameters("paper") == Parameters()
    assert preset_parameters("rhythmic") == Parameters(alpha=1e4, beta=1e-4)
    assert {"quick", "default", "paper"} <= set(preset_names())
    with pytest.raises(ParameterError, match=r"preset: expected one of quick, default, auto, paper.*found 'fast'"):
        preset_parameters("fast")


@pytest.mark.parametrize(("iterations", "expected"), [(120, (60, 60)), (10, (5, 5)), (2, (1, 1)), (1, (1, 1))])
def test_iterations_are_of_spectrogram_and_sound_together(iterations, expected):
    optimizer = with_iterations(preset_parameters("quick"), iterations).optimizer
    assert (optimizer.iterations, optimizer.waveform_iterations) == expected
    paper = with_iterations(preset_parameters("paper"), iterations).optimizer
    assert (paper.iterations, paper.waveform_iterations) == (iterations, 0)


def test_short_recordings_get_shorter_lags():
    parameters = preset_parameters("quick")
    assert fit_to_duration(parameters, 2.3) is parameters
    fitted = fit_to_duration(parameters, 1.5)
    assert fitted.autocorrelation.maximum_lag == pytest.approx((1.5 - 15 * 0.008) / 2)
    assert fitted.alpha == parameters.alpha
    assert fit_to_duration(parameters, 0.5).alpha == 0
    plan = plan_texture(tc.demo_texture("rain", duration=0.5), RATE, duration=1.0)
    assert plan.parameters == replace(fit_to_duration(preset_parameters(), 0.5), frame_step=1)
    assert plan.length == RATE


# --- seams ---


def flux(samples):
    """How much the log spectrum changes within half a window, frame by frame."""
    log_magnitude = log_spectrogram(samples).astype(np.float64)
    return np.sqrt(np.square(log_magnitude[:, 4:] - log_magnitude[:, :-4]).sum(axis=0))


def largest(changes, places, reach=12):
    return np.array([changes[max(place - reach, 0) : place + reach].max() for place in places])


def are_greater(changes, seams):
    """The probability that chance alone makes changes as great at the seams (Mann & Whitney's test)."""
    ordinary = [place for place in range(30, len(changes) - 30, 12) if np.abs(seams - place).min() > 40]
    return mannwhitneyu(largest(changes, seams), largest(changes, ordinary), alternative="greater").pvalue


@pytest.mark.parametrize("name", ["rain", "chimes"])
@pytest.mark.parametrize("loop", [False, True])
def test_seams_are_no_greater_changes_than_others(name, loop):
    parameters = small(filters=16, iterations=10, inversion=12)
    recording = tc.demo_texture(name, duration=4.0)
    plan = plan_texture(recording, RATE, duration=24.0, loop=loop, parameters=parameters)
    found = np.concatenate(list(synthesize_blocks(plan, seed=1)))
    # Turned, so that the wrap is within.
    turn = len(found) // 64 // 2 + 50 if loop else 0
    changes = flux(np.roll(found, turn * 64))
    ends = np.cumsum([window.stop - window.start for window in plan.windows])
    # The samples of a loop begin 16 frames later than its spectrogram.
    seams = (ends - 16 + turn) % (len(found) // 64) if loop else ends[:-1]
    assert len(seams) >= 5
    assert are_greater(changes, seams) > 0.02
    # Pieces of samples end 16 frames before those of the spectrogram.
    assert are_greater(changes, seams - 16) > 0.02


def test_the_measure_of_seams_sees_splices():
    chimes = [tc.demo_texture("chimes", duration=4.0, seed=seed) for seed in range(7)]
    changes = flux(np.concatenate(chimes))
    assert are_greater(changes, 1000 * np.arange(1, 7)) < 0.01


@pytest.mark.parametrize("name", ["rain", "chimes"])
def test_the_wrap_of_a_loop_is_like_any_other_instant(name):
    recording = tc.demo_texture(name, duration=4.0)
    plan = plan_texture(recording, RATE, loop=True, parameters=small(filters=24, iterations=25, inversion=25))
    assert len(plan.windows) == 1
    found = np.concatenate(list(synthesize_blocks(plan, seed=1)))
    assert len(found) == 64000
    changes = flux(np.concatenate([found[32000:], found[:32000]]))
    ordinary = largest(changes, [place for place in range(30, 970, 12) if abs(place - 500) > 24])
    assert largest(changes, [500])[0] <= np.quantile(ordinary, 0.95)
    steps = np.abs(np.diff(found))
    assert abs(found[0] - found[-1]) <= steps.max()


def test_a_loop_at_another_rate_closes_too():
    """A tone of whole periods: resampled around the wrap it has no other frequencies."""
    from texture_core.texture.synthesize import _resampled

    time = np.arange(64000) / RATE
    tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    found = np.concatenate(list(_resampled(iter(np.split(tone, 7 * [0] + [20000, 50000])), RATE, 44100, True)))
    found = found[: 4 * 44100]
    spectrum = np.abs(np.fft.rfft(found))
    assert spectrum.argmax() == 4 * 440
    assert np.sqrt(np.sum(np.delete(spectrum, 4 * 440) ** 2)) < 1e-4 * spectrum.max()


# --- files and memory ---


def test_files_hold_what_arrays_do(tmp_path):
    rain = tc.demo_texture("rain", duration=3.0)
    plan = plan_texture(rain, RATE, parameters=small())
    expected = synthesize(rain, RATE, parameters=small(), seed=2)
    for name, encoding, subtype, error in [
        ("a.wav", "pcm16", "PCM_16", 1e-4),
        ("a.flac", "pcm24", "PCM_24", 1e-6),
        ("a.aiff", "float", "FLOAT", 1e-7),
        ("a.ogg", "pcm24", "VORBIS", 0.2),
    ]:
        level = synthesize_to_file(tmp_path / name, plan, seed=2, encoding=encoding)
        found, rate = soundfile.read(tmp_path / name, dtype="float32")
        assert (rate, soundfile.info(tmp_path / name).subtype) == (RATE, subtype)
        assert np.abs(found - expected).max() < error
        assert level.rms == pytest.approx(rms(expected), rel=1e-4)
        assert level.peak == pytest.approx(np.abs(expected).max(), rel=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.aiff", "a.flac", "a.ogg", "a.wav"]


@pytest.mark.parametrize(
    ("name", "encoding", "message"),
    [("a.mp3", "pcm24", "ending in .wav"), ("a", "pcm16", "no ending"), ("a.flac", "float", "do not support float")],
)
def test_formats_that_are_not_written(name, encoding, message):
    with pytest.raises(ParameterError, match=message):
        audio_format(name, encoding)


@pytest.mark.parametrize(("name", "rate"), [("a.ogg", 250000), ("a.flac", 705600)])
def test_rates_that_a_format_does_not_have_are_refused_before_anything_is_computed(name, rate, tmp_path):
    plan = replace(plan_texture(tc.demo_texture("rain", duration=2.5), RATE, parameters=small()), sample_rate=rate)
    with pytest.raises(ParameterError, match=rf"{name}: \.\w+ files support at most \d+ Hz, found {rate}; use \.wav"):
        synthesize_to_file(tmp_path / name, plan, progress=lambda *_: pytest.fail("computed"))


def test_what_libsndfile_refuses_is_told_as_a_file_that_cannot_be_written(tmp_path, monkeypatch):
    rain = tc.demo_texture("rain", duration=2.5)
    plan = plan_texture(rain, RATE, duration=0.1, parameters=small(1, 1, 0), result_rate=705600)
    # As if it did not know.
    monkeypatch.setattr("texture_core.texture.file.audio_format", lambda *_: ("FLAC", "PCM_24"))
    with pytest.raises(StorageError, match=r"a\.flac: cannot be written"):
        synthesize_to_file(tmp_path / "a.flac", plan)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("rate", "seconds"), [(44101, 2.4), (11025, 2.2528), (44100.0, 2.6)])
def test_a_loop_is_long_enough_if_its_duration_is(rate, seconds):
    rain = np.random.default_rng(0).normal(size=3 * int(rate)).astype(np.float32)
    plan = plan_texture(rain, rate, duration=np.float32(seconds), loop=True)
    assert plan.duration >= 2.252 and abs(plan.duration - seconds) < 1
    assert isinstance(plan.sample_rate, int)


def test_a_recording_too_long_for_the_memory_is_told(monkeypatch):
    def no_memory(task):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    monkeypatch.setattr("texture_core.texture.pieces.synthesize", no_memory)
    with pytest.raises(MemoryShortageError, match=r"\d+ frames .* cut the recording"):
        synthesize(tc.demo_texture("rain", duration=2.5), RATE, parameters=small())
