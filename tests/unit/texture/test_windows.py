"""Textures of any length: how windows divide them, what holds them together, and what a loop's ends are."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from scored import spectrogram_of

from texture_core.methods.frames import Frames
from texture_core.methods.initial_frames import initial_frames
from texture_core.methods.initial_spectrogram import noise, surrogate
from texture_core.methods.optimization import synthesize
from texture_core.methods.task import SynthesisTask
from texture_core.parameters.method import InversionParameters, Parameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.log_magnitude import log_spectrogram, periodic_hann
from texture_core.spectrogram.transform import CircularTransform, FadingTransform, HeldTransform, Transform
from texture_core.texture.pieces import invert_pieces, synthesize_windows
from texture_core.texture.windows import plan_short_windows, plan_windows

SMALL = Parameters(
    alpha=1.0,
    features={"kernel_widths": (2, 4), "filters": 6},
    autocorrelation={"minimum_lag": 0.02, "maximum_lag": 0.1},
    optimizer={"type": "projected_lbfgs", "iterations": 6},
    start="surrogate",
)


# --- the division ---


@pytest.mark.parametrize(
    ("frames", "loop", "overlap"),
    list(itertools.product([100, 1000, 1001, 1777, 15000], [False, True], [8, 64])),
)
def test_windows_cover_every_frame_once_and_are_bounded_and_alike(frames, loop, overlap):
    windows = plan_windows(frames, 1000, overlap, overlap, loop)
    assert sum(window.stop - window.start for window in windows) == frames
    assert max(window.frames for window in windows) <= 1000
    assert max(window.frames for window in windows) - min(window.frames for window in windows) <= 1
    if frames <= 1000:
        assert len(windows) == 1
        return
    # One window less would not do.
    assert (len(windows) - 1) * 1000 < frames + (len(windows) - 2) * 2 * overlap + (2 * overlap if loop else 0)
    assert [window.head for window in windows] == [0] + [overlap] * (len(windows) - 1)
    assert [window.tail for window in windows] == [0] * (len(windows) - 1) + [overlap if loop else 0]
    for window in windows[1:]:
        assert window.start == window.head
    for window in windows[:-1]:
        assert window.frames - window.stop == overlap
    assert windows[-1].frames - windows[-1].stop == windows[-1].tail


@pytest.mark.parametrize("frames", [300, 566, 1003, 1004, 2502, 15002])
def test_short_windows_are_as_many_as_there_can_be(frames):
    windows = plan_short_windows(frames, 566, 64, 64)
    assert sum(window.stop - window.start for window in windows) == frames
    lengths = [window.frames for window in windows]
    assert len(windows) == 1 or min(lengths) >= 566
    # One more would be too short.
    assert (frames + len(windows) * 128) / (len(windows) + 1) < 566


# --- the start ---


@pytest.mark.parametrize("frames", [37, 64, 65, 200, 201])
@pytest.mark.parametrize("draw", [noise, surrogate])
def test_a_start_has_any_length(draw, frames):
    target = torch.rand(5, 64, generator=torch_generator(0)) + 0.1
    assert draw(target, torch_generator(1), frames).shape == (5, frames)
    assert torch.equal(draw(target, torch_generator(1)), draw(target, torch_generator(1), 64))


def test_a_long_surrogate_keeps_the_correlations_and_does_not_repeat_the_target():
    generator = np.random.default_rng(0)
    # Two bins in company, the second some frames later, and one that is alone; a frame is like its neighbours.
    course = np.convolve(generator.normal(size=420), np.ones(8) / 8, mode="valid")
    lone = np.convolve(generator.normal(size=420), np.ones(8) / 8, mode="valid")
    target = np.stack([course[5:405], course[:400], lone[:400]]) + 3
    found = surrogate(torch.from_numpy(target).float(), torch_generator(0), 8000).double().numpy()

    def correlation(a, b, lag):
        a, b = a - a.mean(), b - b.mean()
        return np.mean(a[: len(a) - lag] * b[lag:]) / (a.std() * b.std())

    for first, second, lag in [(0, 0, 3), (0, 1, 5), (0, 1, 0), (1, 1, 20), (0, 2, 0)]:
        expected = correlation(target[first], target[second], lag)
        assert correlation(found[first], found[second], lag) == pytest.approx(expected, abs=0.12)
    around = [abs(correlation(found[0], found[0], lag)) for lag in range(390, 411)]
    assert max(around) < 0.15
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(target, [0.1, 0.5, 0.9]), abs=0.02)


# --- what is held ---


def task(target, **options):
    return SynthesisTask(target, SMALL, 0, "texture", "setting", **options)


def test_held_frames_stay_and_the_others_do_not(random_spectrogram):
    target = random_spectrogram(80)
    head, tail = random_spectrogram(9, 1).log_magnitude, random_spectrogram(7, 2).log_magnitude
    made = synthesize(task(target, frames=101, head=head, tail=tail)).log_magnitude
    assert made.shape == (17, 101)
    assert np.array_equal(made[:, :9], head)
    assert np.array_equal(made[:, -7:], tail)
    free = synthesize(task(target, frames=101)).log_magnitude
    assert not np.isclose(made[:, 9:-7], free[:, 9:-7]).all(axis=0).any()


def test_a_stop_ends_the_iterations(random_spectrogram):
    target = random_spectrogram(80)
    count = itertools.count(1)
    result = synthesize(task(target, stop=lambda: next(count) == 3))
    assert len(result.loss) == 4
    whole = synthesize(task(target))
    assert np.array_equal(result.loss[:, :5], whole.loss[:4, :5], equal_nan=True)
    assert not np.array_equal(result.log_magnitude, whole.log_magnitude)


def test_kernels_go_around_a_loop(random_spectrogram):
    """The loss sees a turn, and the start once more as far as the widest kernel reaches."""
    free = torch.from_numpy(random_spectrogram(50, 3).log_magnitude)
    frames = Frames(free, task(random_spectrogram(50), loop=True))
    seen = frames.repeated(free)
    assert torch.equal(seen, torch.cat([free, free[:, :3]], dim=1))
    # The gradient of a sum of all that is seen counts how often each frame is.
    gradient = frames.folded(torch.ones_like(seen))
    assert torch.equal(gradient[0], torch.tensor([2.0] * 3 + [1.0] * 47))


def test_a_start_fluctuates_where_it_is_faded_as_elsewhere():
    """The mean of two courses that have nothing to do with each other is flatter than both."""
    noise = np.abs(np.random.default_rng(0).normal(3, 1, size=(200, 500))).astype(np.float32)
    target = Spectrogram(noise, 16000, 398, 100)
    window = {"frames": 400, "head": noise[:, :80], "tail": noise[:, 80:160], "blended": 60}
    first = initial_frames(task(target, **window)).numpy()
    deviations = first.std(axis=0)
    middle = deviations[[*range(40, 60), *range(340, 360)]].mean()
    assert middle == pytest.approx(deviations[100:300].mean(), rel=0.05)
    # Where both are the same nothing changes.
    head = first[:, :80]
    again = initial_frames(replace(task(target, **window), head=head)).numpy()
    np.testing.assert_allclose(again[:, 20:80].std(axis=0).mean(), head[:, 20:80].std(axis=0).mean(), rtol=0.05)


@pytest.mark.parametrize("loop", [False, True])
def test_tones_go_on_over_seams(loop):
    """What the samples before a seam predict comes after it, as anywhere else, and no sample is missing."""
    time = np.arange(24000) / 16000
    tones = sum(np.sin(2 * np.pi * frequency * time + frequency) for frequency in (440, 1000, 2330)) / 3
    tones = (tones + 0.001 * np.random.default_rng(0).normal(size=len(time))).astype(np.float32)
    parameters = Parameters(
        alpha=0.0,
        beta=0.0,
        features={"type": "limit", "kernel_widths": (2, 8)},
        optimizer={"type": "conditioned_lbfgs", "iterations": 10, "waveform_iterations": 10},
        start="surrogate",
    )
    windows = plan_windows(900, 300, 16, 16, loop)
    assert len(windows) > 2
    target = spectrogram_of(tones)
    pieces = [piece.samples[0] for piece in synthesize_windows(target, parameters, windows, seed=0, loop=loop)]
    ends = np.cumsum([len(piece) for piece in pieces])
    assert ends[-1] == (900 if loop else 899) * 64
    whole = np.concatenate([*pieces, pieces[0][:8]])
    seams = ends[: None if loop else -1]
    elsewhere = [misprediction(whole, place) for place in range(2000, len(whole) - 100, 997)]
    assert max(misprediction(whole, seam) for seam in seams) < np.quantile(elsewhere, 0.95)


def misprediction(samples, place):
    """The largest error of a linear prediction of 8 samples, over the usual one before them."""
    past = np.lib.stride_tricks.sliding_window_view(samples[place - 1200 : place], 25)
    predictor = np.linalg.lstsq(past[:, :-1], past[:, -1])[0]
    usual = np.sqrt(np.mean((past[:, -1] - past[:, :-1] @ predictor) ** 2))
    return max(abs(samples[place + k] - samples[place + k - 24 : place + k] @ predictor) for k in range(8)) / usual


def test_windows_continue_each_other(random_spectrogram):
    target = random_spectrogram(90)
    windows = plan_windows(300, 100, 8, 8, True)
    pieces = list(synthesize_windows(target, SMALL, windows, seed=0, loop=True))
    assert [piece.log_magnitude.shape[1] for piece in pieces] == [window.stop - window.start for window in windows]
    again = list(synthesize_windows(target, SMALL, windows, seed=0, loop=True))
    assert all(np.array_equal(a.log_magnitude, b.log_magnitude) for a, b in zip(pieces, again, strict=True))
    calls = []
    list(synthesize_windows(target, SMALL, windows[:2], seed=0, progress=lambda n, terms: calls.append(n)))
    assert calls == list(range(1, 13))
    pressed = []
    stopped = synthesize_windows(
        target, SMALL, windows, seed=0, progress=lambda n, terms: pressed.append(n), stop=lambda: len(pressed) >= 8
    )
    assert len(list(stopped)) == 2


# --- phases ---


def transform_settings(n_fft=64, hop_length=16):
    return n_fft, hop_length, torch.from_numpy(periodic_hann(n_fft))


def test_the_circular_transform_is_that_of_the_signal_repeated():
    samples = torch.from_numpy(np.random.default_rng(0).normal(size=20 * 16))
    circular = CircularTransform(*transform_settings())
    spectrum = circular.forward(samples)
    assert spectrum.shape == (33, 20)
    repeated = Transform(*transform_settings()).forward(samples.repeat(3))
    assert torch.allclose(spectrum, repeated[:, 20:40])
    assert torch.allclose(circular.inverse(spectrum), samples)
    assert torch.allclose(circular.forward(samples.roll(16)), spectrum.roll(1, dims=1))


def test_the_circular_inverse_is_the_nearest_in_the_least_squares():
    generator = np.random.default_rng(1)
    spectrum = torch.from_numpy(generator.normal(size=(33, 12)) + 1j * generator.normal(size=(33, 12)))
    # A real transform's first and last bins are real, and the others count twice.
    spectrum[[0, -1]] = spectrum[[0, -1]].real.to(spectrum.dtype)
    weight = torch.full((33, 1), 2.0).double()
    weight[[0, -1]] = 1
    circular = CircularTransform(*transform_settings())
    samples = circular.inverse(spectrum).requires_grad_(True)
    distance = (weight * (circular.forward(samples) - spectrum).abs().square()).sum()
    (gradient,) = torch.autograd.grad(distance, samples)
    assert gradient.abs().max() < 1e-9 * distance


def test_the_held_transform_keeps_its_ends():
    head, tail = torch.arange(40).double(), -torch.arange(30).double()
    held = HeldTransform(*transform_settings(), head, tail)
    spectrum = Transform(*transform_settings()).forward(torch.zeros(320).double())
    samples = held.inverse(spectrum)
    assert torch.equal(samples[:40], head)
    assert torch.equal(samples[-30:], tail)
    assert torch.equal(samples[40:-30], torch.zeros(250).double())


def test_the_fading_transform_goes_from_what_is_held_to_what_is_free():
    head, tail, after, before = (
        torch.full((count,), value).double() for count, value in ((40, 1), (30, 2), (80, 3), (60, 4))
    )
    fading = FadingTransform(*transform_settings(), head, tail, after, before)
    samples = fading.inverse(Transform(*transform_settings()).forward(torch.zeros(320).double()))
    assert torch.equal(samples[:40], head)
    assert torch.equal(samples[-30:], tail)
    faded = samples[40:120] / 3, samples[-90:-30].flip(0) / 4
    for weights in faded:
        assert (weights.diff() < 0).all()
        assert weights[0] == pytest.approx(1, abs=1e-3)
        assert weights[-1] == pytest.approx(0, abs=1e-3)
    assert torch.equal(samples[120:-90], torch.zeros(110).double())


@pytest.mark.parametrize("loop", [False, True])
def test_pieces_of_a_tone_become_one_tone(loop):
    """A tone whose phase jumped between two pieces would show off its frequency."""
    rate, frames, bin_number = 16000, 1500, 40
    frequency = bin_number * rate / 512
    samples = 0.5 * np.sin(2 * np.pi * frequency * np.arange(frames * 64) / rate)
    log_magnitude = log_spectrogram(samples)[:, :frames]
    # The ends of the recording are no part of a loop.
    log_magnitude[:, :8] = log_magnitude[:, 8:16]
    log_magnitude[:, -8:] = log_magnitude[:, 8:16]
    template = Spectrogram(log_magnitude, rate, 512, 64)
    parameters = InversionParameters(algorithm="fast_griffin_lim", iterations=60)
    pieces = [log_magnitude[:, :500], log_magnitude[:, 500:1000], log_magnitude[:, 1000:]]
    found = np.concatenate(list(invert_pieces(pieces, template, parameters, seed=0, loop=loop)))
    assert len(found) == (frames if loop else frames - 1) * 64
    around = np.concatenate([found[-2048:], found[:2048]]) if loop else found
    for stretch in (around, found[500 * 64 - 4096 : 500 * 64 + 2048], found[1000 * 64 - 4096 : 1000 * 64 + 2048]):
        spectrum = np.abs(np.fft.rfft(stretch * np.hanning(len(stretch)))) ** 2
        frequencies = np.fft.rfftfreq(len(stretch), 1 / rate)
        near = np.abs(frequencies - frequency) < 150
        assert spectrum[near].sum() > 0.98 * spectrum.sum()
