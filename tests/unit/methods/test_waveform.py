"""The loss as a function of samples, and a synthesis that ends with a sound."""

import numpy as np
import pytest
import torch

from texture_core.demo import demo_texture
from texture_core.losses.objective import Objective
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.methods.task import SynthesisTask
from texture_core.methods.waveform import Waveform, nearest_samples
from texture_core.parameters.method import (
    AutocorrelationParameters,
    FeatureParameters,
    OptimizerParameters,
    Parameters,
    SpectrogramParameters,
)
from texture_core.records.checkpoints import CheckpointPlan
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.spectrogram.transform import Transform

N_FFT, HOP = 64, 16
SMALL = Parameters(
    alpha=3.0,
    beta=1e-4,
    features=FeatureParameters(kernel_widths=(2, 8), filters=16),
    autocorrelation=AutocorrelationParameters(0.02, 0.05),
)


def target_of(samples, n_fft=512, hop_length=64):
    log_magnitude = log_spectrogram(samples, SpectrogramParameters(n_fft, hop_length))
    return Spectrogram(log_magnitude, 16000, n_fft, hop_length)


def waveform(target, parameters=SMALL, seed=0, frame_rate=250.0, dtype=torch.float32):
    """The loss of samples, without diversity."""
    log_magnitude = torch.from_numpy(target.log_magnitude).to(dtype)
    objective = Objective(log_magnitude, parameters, frame_rate, seed)
    objective.end_diversity()
    return Waveform(objective, log_magnitude, SynthesisTask(target, parameters, seed, "texture", "setting"))


def test_its_gradient_is_that_of_finite_differences():
    generator = np.random.default_rng(0)
    target = target_of(generator.normal(size=1600), N_FFT, HOP)
    objective = waveform(target, frame_rate=1000.0, dtype=torch.float64)
    samples = torch.from_numpy(0.5 * generator.normal(size=1600))
    _, gradient = objective.evaluate(samples)
    for direction in torch.from_numpy(generator.normal(size=(3, 1600))):
        step = 1e-6
        ahead, behind = (objective.evaluate(samples + sign * step * direction)[0]["total"] for sign in (1, -1))
        assert (ahead - behind) / (2 * step) == pytest.approx(torch.dot(gradient, direction).item(), rel=1e-5)


def test_silence_has_a_gradient():
    objective = waveform(target_of(np.random.default_rng(0).normal(size=1600), N_FFT, HOP), frame_rate=1000.0)
    assert torch.isfinite(objective.evaluate(torch.zeros(1600))[1]).all()


def test_its_spectrogram_is_the_one_that_is_scored():
    samples = np.random.default_rng(0).normal(size=3200).astype(np.float32)
    target = target_of(samples)
    shown = waveform(target).log_magnitude(torch.from_numpy(samples))
    np.testing.assert_allclose(shown.numpy(), target.log_magnitude, rtol=0, atol=2e-5)


def test_the_samples_to_begin_with_have_nearly_the_magnitudes():
    log_magnitude = torch.from_numpy(target_of(demo_texture("rain")[:16000]).log_magnitude)
    transform = Transform.like(log_magnitude, 512, 64)
    samples = nearest_samples(log_magnitude, torch.Generator().manual_seed(0), transform)
    assert samples.shape == (16000 // 64 * 64,)
    rebuilt = torch.log1p(transform.forward(samples).abs())
    assert (rebuilt - log_magnitude).norm() < 0.05 * log_magnitude.norm()


@pytest.fixture(scope="module")
def tapping():
    samples = demo_texture("tapping")[:24000]
    return target_of(samples)


def parameters(iterations, waveform_iterations, filters=32):
    return Parameters(
        alpha=3.0,
        beta=1e-4,
        start="surrogate",
        features=FeatureParameters(kernel_widths=(2, 8, 16), filters=filters),
        autocorrelation=AutocorrelationParameters(0.1, 1.0),
        optimizer=OptimizerParameters("conditioned_lbfgs", iterations, waveform_iterations=waveform_iterations),
    )


def test_the_sound_is_nearer_than_that_of_as_many_iterations_of_the_spectrogram():
    """What it is for: judged by the loss of the sound, with other features than those that were fitted."""
    target = target_of(demo_texture("rain")[:24000])
    judge = waveform(target, parameters(1, 0), seed=5)
    transform = Transform.like(torch.zeros(1), 512, 64)

    def loss(samples):
        return judge.evaluate(samples)[0]["total"]

    plain = synthesize_spectrogram(target, parameters(40, 0, 128), seed=0).spectrogram.log_magnitude
    inverted = nearest_samples(torch.from_numpy(plain), torch.Generator().manual_seed(0), transform)
    both = synthesize_spectrogram(target, parameters(20, 20, 128), seed=0)
    assert loss(torch.from_numpy(both.samples)) < 0.6 * loss(inverted)
    shown = both.spectrogram.log_magnitude
    np.testing.assert_allclose(shown, target_of(both.samples).log_magnitude, rtol=0, atol=1e-4)
    assert len(both.loss) == 41
    assert (np.diff(both.loss[21:, 0]) <= 0).all()


def test_interrupted_in_the_sound_it_ends_with_the_same_bytes(tapping, tmp_path):
    class Interrupted(Exception):
        pass

    def run(plan=None, at=None):
        def progress(iteration, terms):
            if iteration == at:
                raise Interrupted

        return synthesize_spectrogram(tapping, parameters(4, 8), seed=0, progress=progress, checkpoint=plan)

    whole = run()
    for at in (2, 4, 5, 9, 12):
        notes = []
        plan = CheckpointPlan(tmp_path / f"{at}.checkpoint", 0, notes.append)
        with pytest.raises(Interrupted):
            run(plan, at)
        resumed = run(plan)
        assert notes == [f"resuming from a checkpoint after iteration {at - 1}"]
        assert resumed.samples.tobytes() == whole.samples.tobytes()
        assert resumed.spectrogram.log_magnitude.tobytes() == whole.spectrogram.log_magnitude.tobytes()
        np.testing.assert_array_equal(resumed.loss[:, :4], whole.loss[:, :4])
