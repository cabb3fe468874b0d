"""Textures between two recordings: at the ends plain ones, between them blends, over time without steps."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scored import scores_of, spectrogram_of
from small_texture import small

import texture_core as tc
from texture_core.audio.recording import rms
from texture_core.errors import AudioError, ParameterError
from texture_core.losses.between import WeightedPair, between
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram
from texture_core.methods.initial_morph import noise, surrogate
from texture_core.methods.optimization import synthesize
from texture_core.methods.task import SynthesisTask
from texture_core.parameters.method import AudioParameters, DiversityParameters, Parameters
from texture_core.parameters.presets import fit_to_duration, preset_parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.morph_path import MorphPath, geometric
from texture_core.texture.morphing import plan_morph
from texture_core.texture.plan import choose_for_plan
from texture_core.texture.synthesize import synthesize_plan
from texture_core.tuning.choice import Candidate, choose_candidate

RATE = 16000
SMALL = small()


@pytest.fixture(scope="module")
def tones():
    """Two noises, each of half the frequencies: how much a sound is of each is seen at once; the second 20 dB lower."""
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=3 * RATE))
    low, high = (
        np.fft.irfft(np.where(np.arange(len(spectrum)) < 12000, *sides)) for sides in ((spectrum, 0), (0, spectrum))
    )
    return low / np.abs(low).max() * 0.5, high / np.abs(high).max() * 0.05


def target(samples):
    return spectrogram_of(samples / np.abs(samples).max())


def place(log_magnitude):
    """How far from the low noise, 0, to the high one, 1, by the mean log magnitudes of both halves."""
    low, high = log_magnitude[20:110].mean(axis=0), log_magnitude[150:250].mean(axis=0)
    return high / (low + high)


# --- the ends, lengths, rates and levels


def test_the_ends_are_plain_textures(tones):
    low, high = tones
    whole = {"parameters": SMALL, "duration": 2.5, "seed": 3}
    assert np.array_equal(tc.morph(low, high, RATE, position=0, **whole), tc.synthesize(low, RATE, **whole))
    assert np.array_equal(tc.morph(low, high, RATE, position=1, **whole), tc.synthesize(high, RATE, **whole))


def test_lengths_and_rates_are_the_first_recordings(tones):
    slow = tc.demo_texture("rain", duration=2.4, sample_rate=8000)
    for sides, rates, samples in [((tones[0], slow), (RATE, 8000), 3 * RATE), ((slow, tones[0]), (8000, RATE), 19200)]:
        for position in (0.5, 1):
            found = tc.morph(
                *sides, rates[0], second_sample_rate=rates[1], position=position, parameters=SMALL, device="cpu"
            )
            assert found.shape == (samples,)
            assert 0 < rms(found) < 0.5


@pytest.mark.parametrize(("position", "loop"), [(0.5, False), (0.25, True)])
def test_levels_are_between_in_decibels(tones, position, loop):
    low, high = tones
    found = tc.morph(low, high, RATE, position=position, loop=loop, parameters=SMALL, duration=2.5)
    assert found.dtype == np.float32
    assert found.shape == (40000,)
    expected = (1 - position) * 20 * np.log10(rms(low)) + position * 20 * np.log10(rms(high))
    assert 20 * np.log10(rms(found)) == pytest.approx(expected, abs=0.05)
    again = tc.morph(low, high, RATE, position=position, loop=loop, parameters=SMALL, duration=2.5, seed=1)
    assert abs(np.corrcoef(found, again)[0, 1]) < 0.1


def test_a_path_goes_from_the_one_to_the_other_without_steps(tones):
    low, high = tones
    plan = plan_morph(low, high, RATE, position=(0, 1), duration=10.0, parameters=SMALL)
    assert len(plan.windows) >= 5
    found = synthesize_plan(plan)
    pieces = found.reshape(20, -1)
    places = np.array([place(log_spectrogram(piece / np.abs(piece).max()).astype(float)).mean() for piece in pieces])
    assert (np.diff(places) > 0).all()
    assert np.diff(places).max() < 3 * np.diff(places).mean()
    levels = np.array([20 * np.log10(rms(piece)) for piece in pieces])
    assert np.abs(levels - np.linspace(levels[0], levels[-1], 20)).max() < 3
    assert levels[0] - levels[-1] == pytest.approx(20 * np.log10(rms(low) / rms(high)), abs=2)


# --- real recordings


def statistics_snr(recording, sound):
    """How near McDermott & Simoncelli's statistics are, in dB, of a sound brought to the recording's level."""
    sound = sound * np.float32(rms(recording) / rms(sound))
    return scores_of(["mcdermott_snr"], recording, sound)["mcdermott_snr"]


@pytest.mark.corpus
def test_halfway_between_real_recordings_is_nearer_to_each_than_they_are_to_each_other(corpus_folder):
    pytest.importorskip("sonore")
    rain, fire = (
        tc.prepare_audio(*tc.read_audio(corpus_folder / name), AudioParameters(duration=2.5))
        for name in ("norm_rain.wav", "norm_fire.wav")
    )
    parameters = replace(SMALL, features={"filters": 32}, optimizer=replace(SMALL.optimizer, iterations=30))
    halfway = tc.morph(rain, fire, RATE, parameters=parameters)
    # 5.6 against 2.7 dB, and 7.8 against 5.0.
    assert statistics_snr(rain, halfway) > statistics_snr(rain, fire) + 1.5
    assert statistics_snr(fire, halfway) > statistics_snr(fire, rain) + 1.5


# --- the start


@pytest.fixture(scope="module")
def targets():
    return [torch.from_numpy(tc.log_spectrogram(tc.demo_texture(name, duration=2.0))) for name in ("rain", "tapping")]


def test_the_ends_of_the_start_are_the_surrogates(targets):
    def generator():
        return torch.Generator().manual_seed(1)

    rain, tapping = targets
    found = surrogate(rain, tapping, torch.zeros(700), generator())
    torch.testing.assert_close(found, initial_spectrogram.surrogate(rain, generator(), 700))
    found = surrogate(rain, tapping, torch.ones(700), generator())
    assert torch.equal(found.sort(dim=1).values, initial_spectrogram.quantiles(tapping, 700))
    found = noise(rain, tapping, torch.linspace(0, 1, 700), generator())
    expected = initial_spectrogram.noise(rain, generator(), 700) * torch.linspace(
        1, float(tapping.mean() / rain.mean()), 700
    )
    torch.testing.assert_close(found, expected)


def test_the_start_is_between_at_each_instant(targets):
    """Its values are those of neither texture alone, unlike those of a start that alternates."""
    rain, tapping = targets
    halfway = surrogate(rain, tapping, torch.full((500,), 0.5), torch.Generator().manual_seed(1))
    expected = (initial_spectrogram.quantiles(rain, 500) + initial_spectrogram.quantiles(tapping, 500)) / 2
    torch.testing.assert_close(halfway.sort(dim=1).values, expected)
    moving = surrogate(rain, tapping, torch.linspace(0, 1, 500), torch.Generator().manual_seed(1))
    means = torch.stack([target.mean(dim=1) for target in targets])
    line = means[1] - means[0]
    places = ((moving.T - means[0]) @ line / line.dot(line)).reshape(5, 100).mean(dim=1)
    assert (places.diff() > 0).all()


def test_a_window_that_goes_on_keeps_the_positions_of_its_frames(tones):
    low, high = map(target, tones)
    positions = np.linspace(0, 1, 700, dtype=np.float32)
    head = low.log_magnitude[:, 100:164].copy()
    parameters = replace(SMALL, alpha=0.0, beta=0.0, optimizer=replace(SMALL.optimizer, iterations=1))
    task = SynthesisTask(
        low, parameters, 0, "texture", "window 1", frames=700, head=head, blended=32, second=high, positions=positions
    )
    made = synthesize(task).log_magnitude
    assert np.array_equal(made[:, :32], head[:, :32])
    places = place(made)[64:664].reshape(6, 100).mean(axis=1)
    assert (np.diff(places) > 0).all()


# --- the loss


def maps(seed, frames=300):
    return [torch.rand(5, frames, generator=torch.Generator().manual_seed(seed))]


def test_the_objective_between_is_least_between():
    parameters = Parameters(alpha=1.0, beta=0.0, features={"filters": 8}, losses={"structural": 0.1})
    first = torch.rand(9, 620, generator=torch.Generator().manual_seed(0))
    second = 3 * torch.rand(9, 580, generator=torch.Generator().manual_seed(1))
    found = [Objective(first, parameters, 250.0, 0, second, 0.5).evaluate(gain * first)[0] for gain in (1.0, 2.0, 3.0)]
    for name in ("gram", "autocorrelation"):
        # Noise of the level between both has the moments between; of the mean power it would be louder (5**0.5).
        assert found[1][name] < 0.02 * min(found[0][name], found[2][name])
    # One after the other is not between.
    alternating = Objective(first, parameters, 250.0, 0, second, 0.5).evaluate(
        torch.cat([first[:, :300], second[:, :300]], dim=1)
    )[0]
    assert alternating["gram"] > 10 * found[1]["gram"]
    both = [Objective(target, parameters, 250.0, 0).evaluate(first)[0]["structural"] for target in (first, second)]
    assert found[0]["structural"] == pytest.approx(np.mean(both), rel=1e-5)


def test_diversity_is_from_both():
    comb = DiversityParameters(shifts="comb", comb_spacing=20, comb_memory=2)
    pair = between(*(DiversityLoss(maps(seed), 300, comb) for seed in (0, 1)), 0.25)
    alone = [DiversityLoss(maps(seed), 300, comb) for seed in (0, 1)]
    for _ in range(3):
        for loss in (pair, *alone):
            loss.advance()
        assert pair(maps(2)).item() == pytest.approx(0.75 * alone[0](maps(2)).item() + 0.25 * alone[1](maps(2)).item())
    # A copy of either is found out.
    exact = between(*(DiversityLoss(maps(seed), 300, DiversityParameters()) for seed in (0, 1)), 0.25)
    assert min(exact(maps(0)).item(), exact(maps(1)).item()) > 100 * exact(maps(2)).item()
    again = between(*(DiversityLoss(maps(seed), 300, comb) for seed in (0, 1)), 0.25)
    again.restore(json.loads(json.dumps(pair.state())))
    assert again.state() == pair.state()


def test_losses_that_remember_nothing_have_no_state():
    pair = WeightedPair(GramLoss(maps(0)), GramLoss(maps(1)), 0.5)
    pair.advance()
    assert pair.state() == [None, None]
    pair.restore(pair.state())
    assert pair(maps(0)).item() > 0


# --- plans


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"position": 1.5}, "position: expected one or more numbers from 0 to 1, found 1.5"),
        ({"position": float("nan")}, "numbers from 0 to 1"),
        ({"position": ()}, "one or more"),
        ({"position": "half"}, "found 'half'"),
        ({"position": (0, 1), "loop": True}, "expected one position for a loop"),
        ({"position": [[0, 1]]}, "numbers from 0 to 1"),
    ],
)
def test_positions_that_are_none(tones, options, message):
    with pytest.raises(ParameterError, match=message):
        plan_morph(*tones, RATE, **options)


def test_recordings_that_cannot_be_used(tones):
    with pytest.raises(AudioError, match="silent"):
        plan_morph(tones[0], np.zeros(48000), RATE, position=0)
    with pytest.raises(ParameterError, match=r"lasts 1\.000 s, expected at least"):
        plan_morph(tones[0], tones[1][:RATE], RATE, parameters=SMALL)
    # Without parameters the shorter one decides.
    plan = plan_morph(tones[0], tones[1][:RATE], RATE)
    assert plan.parameters == plan_morph(tones[1][:RATE], tones[0], RATE).parameters
    assert plan.parameters.autocorrelation.maximum_lag < 0.5


@pytest.mark.parametrize("loop", [False, True])
def test_what_is_long_enough_for_a_texture_is_long_enough_for_a_morph(tones, loop):
    # A morph's features are wider than the preset's.
    short = tones[1][: round(2.25 * RATE)]
    plan = plan_morph(tones[0], short, RATE, parameters=preset_parameters("quick"), loop=loop)
    assert plan.parameters.autocorrelation.maximum_lag < 2


def test_paths():
    spectrogram = target(np.ones(4000))
    path = MorphPath(spectrogram, np.ones(4000), 1.0, np.array([1.0, 4.0]), (0.0, 1.0, 0.5))
    assert path.at(np.array([-1, 0, 0.25, 0.5, 0.75, 1, 2])).tolist() == [0, 0, 0.5, 1, 0.75, 0.5, 0.5]
    assert path.gain(np.array([0, 0.25, 0.5])).tolist() == pytest.approx([1, 2, 4])
    assert path.middle == pytest.approx((0.5 + 0.75) / 2)
    assert replace(path, positions=(0.3,)).at(np.zeros(2)).tolist() == [0.3, 0.3]
    first = target(np.ones(5000))
    assert path.between(first, np.array([-0.1, 0.0])) == {"target": first}
    assert path.between(first, np.array([0.5])) == {"target": spectrogram}
    assert path.between(first, np.array([0.25, 0.5]))["positions"].tolist() == [0.5, 1]
    assert geometric(1.0, 100.0, 0.25) == pytest.approx(10**0.5)
    assert (geometric(0.0, 0.0, 0.5), geometric(0.3, 0.3, 0.7)) == (0.0, 0.3)


def test_auto_takes_what_is_between_the_choices(tones):
    auto = fit_to_duration(replace(SMALL, preset="auto"), 1.0)
    auto = replace(auto, auto=replace(auto.auto, alpha=(1.0, 100.0), beta=(1e-4,), filters=4, iterations=2))
    plan = plan_morph(*(tone[:RATE] for tone in tones), RATE, position=0.25, parameters=auto)
    seen = []
    chosen, record = choose_for_plan(plan, device="cpu", progress=lambda iteration, terms: seen.append(iteration))
    candidates = [Candidate(**row) for row in record["candidates"]]
    first, second = (choose_candidate(side, auto.auto)[0] for side in (candidates[:2], candidates[2:]))
    assert chosen.parameters.alpha == pytest.approx(geometric(first.alpha, second.alpha, 0.25))
    assert chosen.parameters.beta == record["beta"] == 1e-4
    assert seen == list(range(1, 9))
