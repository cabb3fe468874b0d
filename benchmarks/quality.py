"""What is heard of a result: quality at equal iterations, and the full loss in the time of Gram alone.

Time is the processor's, of one thread: it does not count what others do on the machine.
"""

import time

import torch

from benchmarks.problems import engine_parameters, networks
from benchmarks.race import FRAME_RATE
from benchmarks.reference import ReferenceObjective, minimize_reference
from texture_core import registry
from texture_core.classifiers.fetch import default_yamnet_path, fetch_yamnet
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram
from texture_core.methods.task import SynthesisTask
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import InversionParameters, Parameters
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score

_INVERSION = InversionParameters(algorithm="admm", iterations=100, start="phase_gradient", match_log_magnitude=True)


def short_budget_rows(problem, arguments):
    """Gram alone from noise for its iterations, then the full loss, stopped when as much processor time is used.

    The full loss begins at a surrogate, with the weight α that ``arguments.short_alpha`` gives, and after some
    iterations goes on with the sound itself.

    Parameters
    ----------
    problem : Problem
    arguments : argparse.Namespace
        ``filters``, ``beta``, ``gram_iterations``, ``short_alpha``, ``short_iterations``, of the spectrogram, and
        ``seeds``.

    Returns
    -------
    list of dict
        Two rows for each seed, of ``gram`` and of ``full``: seconds, iterations, loss terms and scores.
    """
    features = {"filters": arguments.filters}
    gram = {
        "alpha": 0,
        "beta": 0,
        "features": features,
        "optimizer": {"type": "projected_lbfgs", "iterations": arguments.gram_iterations},
    }
    full = {
        "alpha": arguments.short_alpha,
        "beta": arguments.beta,
        "features": features,
        "optimizer": {
            "type": "conditioned_lbfgs",
            "iterations": arguments.short_iterations,
            "waveform_iterations": 10 * arguments.gram_iterations,
        },
        "start": "surrogate",
    }
    rows = []
    for seed in range(arguments.seeds):
        first, budget = _stopped_at(problem, "gram", from_mapping(Parameters, gram), seed, None)
        second, _ = _stopped_at(problem, "full", from_mapping(Parameters, full), seed, budget)
        rows += [first, second]
    return rows


def _stopped_at(problem, setting, parameters, seed, budget):
    began = time.process_time()
    reached = {}
    task = SynthesisTask(
        target=problem.target,
        parameters=parameters,
        seed=seed,
        texture=problem.name,
        setting=setting,
        device="cpu",
        progress=lambda iteration, terms: reached.update(iterations=iteration, gram=terms["gram"]),
        stop=budget and (lambda: time.process_time() - began >= budget),
    )
    made = registry.load("methods", "optimization").synthesize(task)
    seconds = time.process_time() - began
    return {
        "texture": problem.name,
        "setting": setting,
        "seed": seed,
        "seconds": seconds,
        **reached,
        **heard(problem, made.log_magnitude, seed, made.samples),
    }, seconds


def quality_rows(problem, arguments):
    """Loss and scores of the reference, and of the engine from noise and from a surrogate, at equal iterations.

    Parameters
    ----------
    problem : Problem
    arguments : argparse.Namespace
        ``filters``, ``alpha``, ``beta``, ``iterations`` and ``seeds``.

    Returns
    -------
    list of dict
        A row for each way and seed. The loss is Gram + α autocorrelation, by the reference in float64.
    """
    target = problem.log_magnitude
    weights = networks(arguments.filters, dtype=torch.float64)
    judge = ReferenceObjective(target.double(), weights, arguments.alpha, 0)
    rows = []
    for seed in range(arguments.seeds):
        for way in ("reference", "engine from noise", "engine from a surrogate"):
            iterate = _optimized(way, target, arguments, torch.Generator().manual_seed(seed))
            with torch.no_grad():
                gram, autocorrelation = (term.item() for term in judge.terms(iterate.double()))
            row = {"texture": problem.name, "way": way, "seed": seed, "loss": gram + arguments.alpha * autocorrelation}
            rows.append(row | heard(problem, iterate.numpy(), seed))
    return rows


def _optimized(way, target, arguments, generator):
    if way == "reference":
        objective = ReferenceObjective(target, networks(arguments.filters), arguments.alpha, arguments.beta)
        begin = initial_spectrogram.noise(target, generator)
        return minimize_reference(objective, begin, arguments.iterations, lambda iterate: None)
    parameters = engine_parameters(arguments.filters, arguments.alpha, arguments.beta)
    objective = Objective(target, parameters, FRAME_RATE, 0)
    from_noise = way == "engine from noise"
    iterate = (initial_spectrogram.noise if from_noise else initial_spectrogram.surrogate)(target, generator)

    def value(iterate):
        terms, gradient = objective.evaluate(iterate)
        return terms["total"], gradient

    # From noise the conditioned one ends as low, but in bursts; see docs/performance.md.
    optimizer = registry.load("optimizers", "projected_lbfgs" if from_noise else "conditioned_lbfgs")
    diversity = min(parameters.diversity.iterations, arguments.iterations) if arguments.beta > 0 else 0
    for iterations in (diversity, arguments.iterations - diversity):
        if iterations > 0:
            iterate = optimizer.minimize(
                value,
                iterate,
                iterations=iterations,
                history=10,
                on_iteration=lambda *_: objective.advance(),
                highest=target.max().item(),
            )
    return iterate


def heard(problem, log_magnitude, seed, samples=None):
    """The scores of what a spectrogram sounds like, inverted in one way for all that have no samples yet."""
    target = problem.target
    synthesis = Spectrogram(log_magnitude, target.sample_rate, target.n_fft, target.hop_length)
    level = problem.samples.double().square().mean().sqrt().item()
    samples = invert(synthesis, _INVERSION, seed=seed, texture=problem.name, target_rms=level, samples=samples)
    weights = default_yamnet_path()
    weights.parent.mkdir(parents=True, exist_ok=True)
    fetch_yamnet(weights)
    return score(
        ["autocorrelation", "diversity", "yamnet"],
        target=target,
        synthesis=synthesis,
        target_samples=problem.samples.numpy(),
        synthesis_samples=samples,
        sample_rate=target.sample_rate,
        classifiers={"yamnet": weights},
    )
