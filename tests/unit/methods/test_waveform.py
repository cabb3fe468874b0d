"""The loss as a function of samples, and a synthesis that ends with a sound."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from slopes import assert_slopes

from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.losses.objective import Objective
from texture_core.methods.frames import Frames
from texture_core.methods.optimization import synthesize
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.methods.task import SynthesisTask
from texture_core.methods.waveform import Waveform
from texture_core.parameters.method import Parameters, SpectrogramParameters
from texture_core.records.checkpoints import CheckpointPlan
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram

N_FFT, HOP = 64, 16
SMALL = Parameters(
    alpha=3.0,
    beta=1e-4,
    features={"kernel_widths": (2, 8), "filters": 16},
    autocorrelation={"minimum_lag": 0.02, "maximum_lag": 0.05},
)


def target_of(samples, n_fft=512, hop_length=64):
    log_magnitude = log_spectrogram(samples, SpectrogramParameters(n_fft, hop_length))
    return Spectrogram(log_magnitude, 16000, n_fft, hop_length)


def objective_of(target, parameters=SMALL, seed=0, frame_rate=250.0, dtype=torch.float32):
    """The loss without diversity."""
    objective = Objective(torch.from_numpy(target.log_magnitude).to(dtype), parameters, frame_rate, seed)
    objective.end_diversity()
    return objective


def waveform_of(target, parameters=SMALL, dtype=torch.float32, **options):
    log_magnitude = torch.from_numpy(target.log_magnitude).to(dtype)
    task = SynthesisTask(target, parameters, 0, "texture", "setting", **options)
    return Waveform(log_magnitude, task, Frames(log_magnitude, task))


def held(*counts):
    generator = np.random.default_rng(3)
    return [0.5 * generator.normal(size=(1, count)).astype(np.float32) for count in counts]


@pytest.mark.parametrize("ends", ["free", "held", "loop"])
def test_its_gradient_is_that_of_finite_differences(ends):
    generator = np.random.default_rng(0)
    target = target_of(generator.normal(size=1600), N_FFT, HOP)
    options = {"free": {}, "held": dict(zip(("head_samples", "tail_samples"), held(160, 80), strict=True))}
    waveform = waveform_of(target, dtype=torch.float64, **options.get(ends, {"loop": True}))
    objective = objective_of(target, frame_rate=1000.0, dtype=torch.float64)
    samples = torch.from_numpy(0.5 * generator.normal(size=(1, 1600)))
    _, gradient = waveform.evaluate(objective, samples)
    assert gradient.shape == samples.shape
    assert_slopes(lambda point: waveform.evaluate(objective, point)[0]["total"], samples, gradient)


def test_silence_has_a_gradient():
    target = target_of(np.random.default_rng(0).normal(size=1600), N_FFT, HOP)
    objective = objective_of(target, frame_rate=1000.0)
    assert torch.isfinite(waveform_of(target).evaluate(objective, torch.zeros(1, 1600))[1]).all()


def test_its_spectrogram_is_the_one_that_is_scored():
    samples = np.random.default_rng(0).normal(size=3200).astype(np.float32)
    target = target_of(samples)
    shown = waveform_of(target).log_magnitude(torch.from_numpy(samples[None]))
    np.testing.assert_allclose(shown.numpy(), target.log_magnitude, rtol=0, atol=2e-5)


def test_a_loop_sounds_the_same_from_wherever_it_starts():
    samples = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3200)).astype(np.float32))
    waveform = waveform_of(target_of(samples[0].numpy()), loop=True)
    shown, turned = waveform.log_magnitude(samples), waveform.log_magnitude(samples.roll(640, dims=1))
    assert shown.shape == (257, 50)
    torch.testing.assert_close(turned, shown.roll(10, dims=1), rtol=0, atol=2e-5)


def test_held_samples_are_the_ends_of_the_sound():
    target = target_of(demo_texture("rain")[:16000])
    head, tail = held(640, 320)
    waveform = waveform_of(target, head_samples=head, tail_samples=tail)
    free = waveform.free(torch.from_numpy(target.log_magnitude))
    samples = waveform.samples(free)
    assert samples.shape == (1, 16000 // 64 * 64)
    assert np.array_equal(samples[:, :640], head)
    assert np.array_equal(samples[:, -320:], tail)


def test_signals_are_optimised_together():
    rain, chimes = (target_of(demo_texture(name)[:8000]).log_magnitude for name in ("rain", "chimes"))
    target = Spectrogram(np.concatenate([rain, chimes]), 16000, 512, 64)
    waveform = waveform_of(target)
    samples = waveform.samples(waveform.free(torch.from_numpy(target.log_magnitude)))
    assert samples.shape == (2, 8000)
    alone = [waveform_of(target_of(demo_texture(name)[:8000])) for name in ("rain", "chimes")]
    for own, signal, both in zip(alone, samples, waveform.log_magnitude(samples).chunk(2), strict=True):
        torch.testing.assert_close(own.log_magnitude(signal[None]), both)


def test_no_sample_exceeds_the_peak(tapping):
    free = synthesize(SynthesisTask(tapping, parameters(4, 8), 0, "texture", "setting"))
    peak = 0.8 * float(np.abs(free.samples).max())
    bounded = synthesize(SynthesisTask(tapping, parameters(4, 8), 0, "texture", "setting", peak=peak))
    assert np.abs(bounded.samples).max() <= np.float32(peak)


def test_the_samples_to_begin_with_have_nearly_the_magnitudes():
    log_magnitude = torch.from_numpy(target_of(demo_texture("rain")[:16000]).log_magnitude)
    waveform = waveform_of(target_of(demo_texture("rain")[:16000]))
    samples = waveform.free(log_magnitude)
    assert samples.shape == (1, 16000 // 64 * 64)
    rebuilt = waveform.log_magnitude(samples)
    assert (rebuilt - log_magnitude).norm() < 0.05 * log_magnitude.norm()


@pytest.fixture(scope="module")
def tapping():
    samples = demo_texture("tapping")[:24000]
    return target_of(samples)


def parameters(iterations, waveform_iterations, filters=32, alpha=3.0, **further):
    return Parameters(
        alpha=alpha,
        beta=1e-4,
        start="surrogate",
        features={"kernel_widths": (2, 8, 16), "filters": filters},
        autocorrelation={"minimum_lag": 0.1, "maximum_lag": 1.0},
        optimizer={"type": "conditioned_lbfgs", "iterations": iterations, "waveform_iterations": waveform_iterations}
        | further,
    )


def test_the_sound_is_nearer_than_that_of_as_many_iterations_of_the_spectrogram():
    """What it is for: judged by the loss of the sound, with other features than those that were fitted."""
    target = target_of(demo_texture("rain")[:24000])
    judge, waveform = objective_of(target, parameters(1, 0), seed=5), waveform_of(target, parameters(1, 0))

    def loss(samples):
        return waveform.evaluate(judge, samples)[0]["total"]

    plain = synthesize_spectrogram(target, parameters(40, 0, 128), seed=0).spectrogram.log_magnitude
    inverted = waveform.free(torch.from_numpy(plain))
    both = synthesize_spectrogram(target, parameters(20, 20, 128), seed=0)
    assert loss(torch.from_numpy(both.samples[None])) < 0.6 * loss(inverted)
    shown = both.spectrogram.log_magnitude
    np.testing.assert_allclose(shown, target_of(both.samples).log_magnitude, rtol=0, atol=1e-4)
    assert len(both.loss) == 41
    assert (np.diff(both.loss[21:, 0]) <= 0).all()


@pytest.mark.parametrize(
    ("alpha", "first_alpha", "weights"),
    [
        (100.0, 0.5, [0.5] * 5 + [0.5] * 2 + [5] * 2 + [50] * 2 + [100] * 6),
        (5.0, 0.5, [0.5] * 5 + [0.5] * 6 + [5] * 6),
        (3.0, 0.0, [3] * 17),
        (3.0, 7.0, [3] * 17),
        (0.0, 7.0, None),
    ],
)
def test_alpha_rises_in_steps(tapping, alpha, first_alpha, weights):
    chosen = parameters(4, 12, alpha=alpha, first_alpha=first_alpha)
    result = synthesize_spectrogram(tapping, chosen, seed=0)
    columns = dict(zip(LOSS_COLUMNS, result.loss.T, strict=True))
    gram, term = columns["gram"], columns["autocorrelation"]
    # The diversity term takes part in the iterations on the spectrogram.
    diversity = np.where(np.isnan(columns["diversity"]), 0, 1e-4 * columns["diversity"])
    if weights is None:
        assert np.isnan(term).all()
    else:
        np.testing.assert_allclose((columns["total"] - gram - diversity) / term, weights, rtol=1e-3)


@pytest.mark.parametrize(("tolerance", "first_alpha"), [(0.0, 0.0), (0.05, 0.0), (0.0, 0.1)])
def test_interrupted_in_the_sound_it_ends_with_the_same_bytes(tapping, tmp_path, tolerance, first_alpha):
    """Also where it stops before its last iteration, and where alpha rises."""
    counts = (20, 40) if tolerance else (4, 8)

    class Interrupted(Exception):
        pass

    def run(plan=None, at=None):
        def progress(iteration, terms):
            if iteration == at:
                raise Interrupted

        chosen = parameters(*counts, tolerance_change=tolerance, first_alpha=first_alpha)
        return synthesize_spectrogram(tapping, chosen, seed=0, progress=progress, checkpoint=plan)

    whole = run()
    last = len(whole.loss) - 1
    assert (last < sum(counts)) == (tolerance > 0)
    for at in (2, 4, 5, 9, last):
        notes = []
        plan = CheckpointPlan(tmp_path / f"{at}.checkpoint", 0, notes.append)
        with pytest.raises(Interrupted):
            run(plan, at)
        resumed = run(plan)
        assert notes == [f"resuming from a checkpoint after iteration {at - 1}"]
        assert resumed.samples.tobytes() == whole.samples.tobytes()
        assert resumed.spectrogram.log_magnitude.tobytes() == whole.spectrogram.log_magnitude.tobytes()
        np.testing.assert_array_equal(resumed.loss[:, :4], whole.loss[:, :4])


def test_a_synthesis_that_stops_early_tells_why(tapping):
    every = synthesize_spectrogram(tapping, parameters(20, 40), seed=0)
    assert "ends" not in every.attributes
    early = synthesize_spectrogram(tapping, parameters(20, 40, tolerance_change=0.05), seed=0)
    told = [end.rpartition(" after ") for end in early.attributes["ends"].split("; ")]
    assert [reason for reason, _, _ in told][-1] == "tolerance_change"
    counts = [int(count.removesuffix(" iterations")) for _, _, count in told]
    assert sum(counts) == len(early.loss) - 1 < 60
    # Until the first of its stages ends, it is the same.
    np.testing.assert_array_equal(early.loss[: counts[0] + 1, :4], every.loss[: counts[0] + 1, :4])


def test_tolerances_need_an_optimiser_that_has_them(tapping):
    chosen = replace(parameters(3, 0), optimizer={"type": "lbfgsb", "iterations": 3, "tolerance_grad": 1e-6})
    with pytest.raises(
        ParameterError, match=r"optimizer\.tolerance_grad: expected 0 with lbfgsb.*conditioned_lbfgs or"
    ):
        synthesize_spectrogram(tapping, chosen, seed=0)
