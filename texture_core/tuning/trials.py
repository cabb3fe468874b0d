"""``preset: auto``: synthesise and score the candidates for the weights of a texture."""

import math
from dataclasses import replace

import numpy as np
import torch

from texture_core import registry
from texture_core.audio.recording import rms
from texture_core.errors import OptimizationError
from texture_core.losses.gram import GramLoss
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import AudioParameters, FeatureParameters, SpectrogramParameters
from texture_core.phase.inversion import invert
from texture_core.runtime.devices import resolve_device
from texture_core.runtime.progress import counting_on
from texture_core.runtime.randomness import derive_seed
from texture_core.scores.compute import ScoreInput, score
from texture_core.tuning.choice import Candidate, candidate_parameters, candidate_weights, choice_record, with_weights

SCORES = ("autocorrelation", "diversity")
# Used from the start of the recording, unless the parameters need more, so that the cost does not grow with length.
_LONGEST_SECONDS = 8.0


def planned_candidate_iterations(parameters):
    """Return the maximum number of iterations of all candidates together."""
    return len(candidate_weights(parameters)) * candidate_parameters(parameters).optimizer.iterations


def choose_weights(
    target, target_samples, parameters, *, seed, texture="texture", device="auto", threads=None, progress=None
):
    """Choose α and β for a texture by the scores of quick syntheses.

    Each pair of ``parameters.auto`` is tried on the first 8 s, all with the same start and features. The scores are
    those of the audio.

    Parameters
    ----------
    target : Spectrogram
    target_samples : numpy.ndarray
        (n,), float32: the recording.
    parameters : Parameters
        With ``preset: auto``.
    seed : int
    texture : str
        Name used in seeds and messages.
    device, threads
        See `texture_core.methods.synthesize_spectrogram.synthesize_spectrogram`.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counting over all candidates.

    Returns
    -------
    dict
        See `texture_core.tuning.choice.choice_record`.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters, or the device is not available.
    OptimizationError
        If no candidate could be synthesised.
    """
    device = resolve_device(device)
    shared = candidate_parameters(parameters)
    target, target_samples = _shortened(target, target_samples, shared)
    gram = _held_out_gram(target, shared, seed, device)
    inputs = {"target": target, "target_samples": target_samples, "sample_rate": target.sample_rate}
    names = {"seed": seed, "texture": texture, "setting": "candidate"}
    candidates = []
    for number, (alpha, beta) in enumerate(candidate_weights(shared)):
        try:
            synthesis = synthesize_spectrogram(
                target,
                with_weights(shared, alpha, beta),
                device=device,
                threads=threads,
                progress=counting_on(progress, number * shared.optimizer.iterations),
                **names,
            ).spectrogram
        except OptimizationError:
            # Other weights may work.
            candidates.append(Candidate(alpha, beta, math.nan, math.nan, math.nan))
            continue
        samples = invert(synthesis, shared.inversion, device=device, target_rms=rms(target_samples), **names)
        sides = inputs | {"synthesis": synthesis, "synthesis_samples": samples}
        scores = score(SCORES, autocorrelation=shared.autocorrelation, **sides)
        candidates.append(
            Candidate(alpha, beta, *(scores[name] for name in SCORES), gram(ScoreInput(**sides).rendered))
        )
    try:
        return choice_record(candidates, parameters.auto)
    except OptimizationError as error:
        raise OptimizationError(f"texture {texture}: {error}") from None


def _shortened(target, samples, parameters):
    audio = AudioParameters(sample_rate=target.sample_rate)
    spectrogram = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
    seconds = max(_LONGEST_SECONDS, minimum_seconds(parameters, audio, spectrogram)[0])
    frames = math.ceil(seconds * target.sample_rate / target.hop_length) + 1
    if target.log_magnitude.shape[1] <= frames:
        return target, samples
    shortened = np.ascontiguousarray(target.log_magnitude[:, :frames])
    return replace(target, log_magnitude=shortened), samples[: (frames - 1) * target.hop_length]


def _held_out_gram(target, parameters, seed, device):
    """Return a function that computes the Gram loss of a `Spectrogram` with held-out features."""
    reference = torch.from_numpy(target.log_magnitude).to(device)
    judging = parameters.features
    if judging.type == "limit":
        # It has no draw that could be another.
        judging = FeatureParameters(kernel_widths=judging.kernel_widths, filters=parameters.auto.filters)
    features = registry.load("features", judging.type).create(
        judging, len(reference), derive_seed(seed, "held out"), device=device, dtype=reference.dtype
    )
    with torch.no_grad():
        loss = GramLoss(features(reference))

    def compute(spectrogram):
        with torch.no_grad():
            return loss(features(torch.from_numpy(spectrogram.log_magnitude).to(device))).item()

    return compute
