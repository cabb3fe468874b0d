"""Stereo: two signals that do not correlate, filters, and the image of what is put together again."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from small_texture import small
from stereo_image import deviations, image_by_band, materials

import texture_core as tc
from texture_core.audio.interchannel import band_covariance, matching_matrices
from texture_core.audio.matrix_filter import design_filter, filter_blocks, filter_samples
from texture_core.audio.recording import rms
from texture_core.audio.stereo import PannedImage, take_apart
from texture_core.errors import AudioError, ParameterError
from texture_core.parameters.method import FeatureParameters
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.plan import choose_for_plan, plan_texture
from texture_core.texture.synthesize import synthesize_blocks

RATE = 16000


@pytest.fixture(scope="module")
def sounds():
    """Two seconds and a half of stereo of several kinds, (n, 2) by name."""
    return materials(2.5)


def panned(duration=2.5, rate=RATE):
    """Rain at the left, more rain half right, as one sound that is unlike at both sides."""
    first, second = (tc.demo_texture("rain", duration=duration, sample_rate=rate, seed=seed) for seed in (1, 2))
    return 0.3 * np.stack([first + 0.3 * second, 0.1 * first + 0.6 * second], axis=1)


# --- filters ---


def test_a_filter_does_at_each_frequency_what_its_matrix_says():
    # Left is turned by 90° below 2 kHz, above it stays.
    low = np.arange(257) < 64
    matrices = np.where(low[:, None, None], np.array([[0.0, -1.0], [1.0, 0.0]]), np.eye(2))
    time = np.arange(RATE) / RATE
    tones = np.sin(2 * np.pi * 1000 * time), np.sin(2 * np.pi * 5000 * time)
    found = filter_samples(np.stack([tones[0] + tones[1], 0 * time], axis=1), design_filter(matrices))
    middle = slice(512, -512)
    np.testing.assert_allclose(found[middle, 0], tones[1][middle], atol=1e-3)
    np.testing.assert_allclose(found[middle, 1], tones[0][middle], atol=1e-3)


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("lengths", [(3000,), (1000, 700, 1300), (40,)])
def test_blocks_are_filtered_as_the_whole_is(loop, lengths):
    generator = np.random.default_rng(0)
    samples = generator.normal(size=(sum(lengths), 2))
    taps = generator.normal(size=(64, 2, 2))
    blocks = [(block, taps) for block in np.split(samples, np.cumsum(lengths)[:-1])]
    found = np.concatenate(list(filter_blocks(blocks, 32, loop)))
    if loop:
        # It begins as much later as the start takes to know nothing of the time before.
        around = filter_samples(np.concatenate([samples] * 9), taps)
        whole = np.roll(around[4 * len(samples) : 5 * len(samples)], -(32 + 64 - 32), axis=0)
    else:
        whole = filter_samples(samples, taps)
    np.testing.assert_allclose(found, whole, atol=1e-4)


def test_one_filter_gives_way_to_the_next_without_a_step():
    constant = np.ones((1200, 1))
    louder = [np.zeros((64, 2, 1)), np.zeros((64, 2, 1))]
    louder[0][32], louder[1][32] = 1.0, 2.0
    blocks = [(constant[:600], louder[0]), (constant[600:], louder[1])]
    found = np.concatenate(list(filter_blocks(blocks, 100, False)))
    assert (found[:600] == 1).all() and (found[700:] == 2).all()
    assert np.diff(found[:, 0]).max() == pytest.approx(0.01, abs=1e-5)
    # Around the wrap of a loop it goes back as gently.
    found = np.concatenate(list(filter_blocks(blocks, 100, True)))
    assert np.abs(np.diff(found[:, 0])).max() == pytest.approx(0.01, abs=1e-5)
    assert abs(found[0, 0] - found[-1, 0]) <= 0.011


# --- covariances ---


def test_matching_matrices_match_and_keep_the_power():
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(2, 200, 2, 2)) + 4 * np.eye(2)
    measured, wanted = factors @ factors.swapaxes(2, 3)
    matrices = matching_matrices(measured, 7 * wanted)
    expected = wanted * np.trace(measured.sum(axis=0)) / np.trace(wanted.sum(axis=0))
    # Away from the bound of 20 dB, which costs little where little is to be changed.
    near = np.linalg.eigvalsh(measured)[:, 0] > 0.3 * np.linalg.eigvalsh(expected)[:, 1]
    assert near.sum() > 20
    found = matrices @ measured @ matrices
    np.testing.assert_allclose(found[near], expected[near], atol=0.02 * expected.max())
    np.testing.assert_allclose(matrices, matrices.swapaxes(1, 2))
    np.testing.assert_allclose(matching_matrices(measured, 3 * measured) - np.eye(2), 0, atol=1e-9)


def test_matching_is_bounded_and_knows_silence():
    one_sided, both, none = np.diag([1.0, 0.0]), np.eye(2), np.zeros((2, 2))
    measured = np.array([one_sided, both, none, both])
    matrices = matching_matrices(measured, np.array([both, one_sided, both, none]))
    assert np.isfinite(matrices).all()
    assert matrices[0, 1, 1] / matrices[0, 0, 0] <= 10.1
    assert np.abs(matrices[1] @ [0, 1]).max() == pytest.approx(0, abs=1e-6)
    assert (matrices[2:] == np.eye(2)).all()


def test_the_signals_do_not_correlate_and_make_the_recording_again(sounds):
    for name in ("panned by half, ambience", "centre, wide"):
        signals, image = take_apart(sounds[name], 512)
        covariance = band_covariance(signals, 2048)
        powers = np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1])
        before = band_covariance(sounds[name], 2048)
        correlation = np.abs(before[:, 0, 1]) / np.sqrt(before[:, 0, 0] * before[:, 1, 1])
        assert np.median(np.abs(covariance[:, 0, 1]) / powers) < 0.1 * np.median(correlation)
        again = np.concatenate(list(image.render([signals], False)))
        assert rms(again - sounds[name]) < 0.01 * rms(sounds[name]), name


# --- one signal in two channels ---


@pytest.mark.parametrize("gains", [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.4, 1.0), (-1.0, 1.0)])
def test_one_signal_in_two_channels_is_computed_once(gains):
    rain = tc.demo_texture("rain", duration=2.5)
    signals, image = take_apart(rain[:, None] * np.array(gains), 512)
    assert isinstance(image, PannedImage)
    assert signals.shape == (len(rain), 1)
    sign = np.sign(image.gains @ np.array(gains))
    np.testing.assert_allclose(image.gains, sign * np.array(gains), atol=1e-6)
    np.testing.assert_allclose(signals[:, 0], sign * rain, atol=1e-6)


def test_dual_mono_is_mono_twice_and_a_silent_channel_stays_silent():
    rain = 0.5 * tc.demo_texture("rain", duration=2.5)
    mono = tc.synthesize(rain, RATE, parameters=small())
    twice = tc.synthesize(np.stack([rain, rain], axis=1), RATE, parameters=small())
    assert np.array_equal(twice[:, 0], twice[:, 1])
    np.testing.assert_allclose(twice[:, 0], mono, rtol=1e-5, atol=1e-7)
    right = tc.synthesize(np.stack([0 * rain, rain], axis=1), RATE, parameters=small())
    assert not right[:, 0].any()
    np.testing.assert_allclose(right[:, 1], mono, rtol=1e-5, atol=1e-7)


# --- textures ---


@pytest.mark.parametrize("name", ["left and right", "panned by half, ambience", "centre, wide", "two microphones"])
def test_width_balance_and_coherence_are_the_recording_s(sounds, name):
    recording = sounds[name]
    found = tc.synthesize(recording / np.abs(recording).max() / 2, RATE, parameters=small(16, 12, 12))
    width, balance, coherence = np.abs(deviations(recording, found, RATE, 1)).max(axis=0)
    assert width < 1.0
    assert balance < 1.0
    assert coherence < 0.1
    # And the whole.
    for side in (0, 1):
        ratio = rms(found[:, side]) / rms(found) / (rms(recording[:, side]) / rms(recording))
        assert abs(20 * np.log10(ratio)) < 0.5


def test_the_measure_sees_another_width_and_balance(sounds):
    recording = sounds["panned by half, ambience"]
    narrower = recording @ np.array([[0.8, 0.2], [0.2, 0.8]])
    assert (deviations(recording, narrower, RATE, 3)[:, 0] < -1).all()
    softer = recording * [1.0, 0.5]
    np.testing.assert_allclose(deviations(recording, softer, RATE, 1)[:, 1], 20 * np.log10(2), atol=1e-6)
    noise = np.random.default_rng(0).normal(size=(32000, 2))
    for band in image_by_band(noise, RATE, 1):
        assert (band.width, band.balance, band.coherence) == pytest.approx((0, 0, 0), abs=0.7)


def test_the_channels_are_not_one_sound():
    found = tc.synthesize(panned(), RATE, parameters=small())
    assert found.shape == (40000, 2)
    assert found.dtype == np.float32
    assert abs(np.corrcoef(found.T)[0, 1] - np.corrcoef(panned().T)[0, 1]) < 0.05
    assert not np.allclose(found[:, 0] / rms(found[:, 0]), found[:, 1] / rms(found[:, 1]), atol=0.5)
    # Another seed, other sounds.
    other = tc.synthesize(panned(), RATE, parameters=small(), seed=1)
    assert np.abs(np.corrcoef(found.T, other.T)[:2, 2:]).max() < 0.1


def test_a_file_holds_what_the_array_does_and_mixing_is_mono(tmp_path):
    recording = panned()
    expected = tc.synthesize(recording, RATE, duration=5.5, parameters=small(), seed=2)
    plan = plan_texture(recording, RATE, duration=5.5, parameters=small())
    assert len(plan.windows) > 1
    level = synthesize_to_file(tmp_path / "a.flac", plan, seed=2)
    found, rate = soundfile.read(tmp_path / "a.flac")
    assert (found.shape, rate) == ((88000, 2), RATE)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert level.rms == pytest.approx(rms(recording), rel=1e-3)
    mono, mixed = plan_texture(recording, RATE, channels="mono"), plan_texture(recording.mean(axis=1), RATE)
    assert np.array_equal(mono.target.log_magnitude, mixed.target.log_magnitude)
    assert (mono.channels, mono.target_rms) == (mixed.channels, mixed.target_rms) == (1, mono.target_rms)


@pytest.mark.parametrize(("rate", "duration"), [(RATE, 2.5), (22050, 6.0)])
def test_the_wrap_of_a_loop_is_like_any_other_instant(rate, duration):
    """A step at the wrap would stand out among the steps from sample to sample, in both channels."""
    recording = panned(rate=rate)
    plan = plan_texture(recording, rate, duration=duration, loop=True, parameters=small(4, 4, 8))
    assert (len(plan.windows) > 1) == (duration > 5)
    found = np.concatenate(list(synthesize_blocks(plan, seed=1)))
    assert found.shape == (duration * rate, 2)
    # Of the second difference, which is small within a sound of this band.
    around = np.concatenate([found[-800:], found[:800]])
    for channel in around.T:
        steps = np.abs(np.diff(channel, 2))
        assert steps[790:808].max() <= 1.5 * np.delete(steps, slice(790, 808)).max()


def test_memory_does_not_grow_with_the_duration():
    recording = panned()
    parameters = replace(small(1, 1, 0), features=FeatureParameters(filters=1, kernel_widths=(2,)), beta=0.0)
    peaks = []
    for duration in (12.0, 30.0):
        plan = plan_texture(recording, RATE, duration=duration, parameters=parameters)
        tracemalloc.start()
        assert sum(len(block) for block in synthesize_blocks(plan)) == duration * RATE
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The spectrograms of 18 s more would be 9 MB.
    assert peaks[1] < 1.1 * peaks[0] + 5e5


def test_the_weights_of_auto_are_chosen_by_the_first_signal():
    auto = replace(small(), preset="auto")
    auto = replace(auto, auto=replace(auto.auto, alpha=(1, 10), beta=(1e-4,), filters=2, iterations=1))
    plan = plan_texture(panned(), RATE, parameters=auto)
    chosen, record = choose_for_plan(plan)
    assert chosen.parameters.alpha == record["alpha"]
    assert np.isfinite(record["candidates"][0]["gram"])


@pytest.mark.parametrize(
    ("samples", "channels", "error", "message"),
    [
        (np.ones((48000, 4)), "keep", AudioError, "one or two channels, found 4; channels: mono mixes them"),
        (np.zeros((48000, 2)), "keep", AudioError, "silent"),
        (np.stack([np.ones(48000), -np.ones(48000)], axis=1), "mono", AudioError, "silent"),
        (np.ones((48000, 2)), "stereo", ParameterError, "channels: expected keep or mono, found 'stereo'"),
    ],
)
def test_what_cannot_be_done(samples, channels, error, message):
    with pytest.raises(error, match=message):
        plan_texture(samples, RATE, channels=channels)


def test_more_channels_are_mixed_where_asked():
    generator = np.random.default_rng(0)
    surround = 0.1 * generator.normal(size=(40000, 4))
    plan = plan_texture(surround, RATE, channels="mono", parameters=small())
    assert plan.channels == 1
    assert plan.target_rms == pytest.approx(rms(surround.mean(axis=1)), rel=1e-6)
