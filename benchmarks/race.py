"""Time to equal loss: the reference and the engine by turns on one problem, judged by the reference in float64."""

import math
from dataclasses import dataclass, field

import torch

from benchmarks.problems import engine_parameters, networks
from benchmarks.reference import ReferenceObjective, minimize_reference
from benchmarks.turns import Turns
from texture_core import registry
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram

FRAME_RATE = 250.0


class _Finished(Exception):
    """Raised through the engine's optimiser once nothing is left to reach."""


@dataclass
class _Run:
    """What one side did: seconds and its own loss after each iteration, and the iterates that are to be judged."""

    seconds: list = field(default_factory=list)
    losses: list = field(default_factory=list)
    iterates: dict = field(default_factory=dict)


def race(problem, arguments):
    """Seconds until the engine is at the loss that the reference has after some iterations.

    Parameters
    ----------
    problem : Problem
    arguments : argparse.Namespace
        ``alpha``, ``beta``, ``filters``, ``device``; ``marks``, the reference's iterations to reach;
        ``engine_iterations``, at most; and ``engine_start``, ``noise`` or ``surrogate``.

    Returns
    -------
    rows : list of dict
        One for each mark.
    curves : dict
        ``reference`` and ``engine`` to (seconds, losses), as each side saw them; the engine's iterates are judged
        again, in float64, around each crossing.
    """
    target = problem.log_magnitude.to(arguments.device)
    runs = {"reference": _Run(), "engine": _Run()}
    turns = Turns(list(runs))
    marks = sorted(arguments.marks)

    def run_reference():
        run = runs["reference"]
        objective = ReferenceObjective(target, networks(arguments.filters), arguments.alpha, arguments.beta)
        begin = initial_spectrogram.noise(problem.log_magnitude, torch.Generator().manual_seed(0)).to(target)

        def iteration(iterate):
            turns.stop_clock("reference")
            run.seconds.append(turns.spent["reference"])
            run.losses.append(objective.undiversified)
            if len(run.losses) in marks:
                run.iterates[len(run.losses)] = iterate.cpu().clone()
            turns.pause("reference")

        minimize_reference(objective, begin, marks[-1], iteration)

    def run_engine():
        run = runs["engine"]
        parameters = engine_parameters(arguments.filters, arguments.alpha, arguments.beta)
        objective = Objective(target, parameters, FRAME_RATE, 0)
        draw = {"noise": initial_spectrogram.noise, "surrogate": initial_spectrogram.surrogate}[arguments.engine_start]
        begin = draw(problem.log_magnitude, torch.Generator().manual_seed(0)).to(target)
        latest = {}

        def value(iterate):
            terms, gradient = objective.evaluate(iterate)
            latest[terms["total"]] = terms
            return terms["total"], gradient

        def iteration(iterate, total):
            turns.stop_clock("engine")
            terms = latest[total]
            latest.clear()
            run.seconds.append(turns.spent["engine"])
            run.losses.append(terms["gram"] + arguments.alpha * terms.get("autocorrelation", 0.0))
            run.iterates[len(run.losses)] = iterate.cpu().clone()
            objective.advance()
            # A little below, because the judge may not agree to the last digit.
            if len(runs["reference"].losses) >= marks[-1] and run.losses[-1] < 0.98 * min(
                runs["reference"].losses[mark - 1] for mark in marks
            ):
                raise _Finished
            turns.pause("engine")

        optimizer = registry.load("optimizers", "conditioned_lbfgs")
        first = min(parameters.diversity.iterations, arguments.engine_iterations) if arguments.beta else 0
        try:
            for count in (first, arguments.engine_iterations - first):
                if count > 0:
                    begin = optimizer.minimize(
                        value,
                        begin,
                        iterations=count,
                        history=10,
                        on_iteration=iteration,
                        highest=target.max().item(),
                    )
        except _Finished:
            pass

    turns.run({"reference": run_reference, "engine": run_engine})
    judge = _Judge(target, arguments)
    rows = [_row(problem.name, mark, runs, judge) for mark in marks]
    return rows, {name: (run.seconds, run.losses) for name, run in runs.items()}


class _Judge:
    """The loss without diversity, by the reference in float64."""

    def __init__(self, target, arguments):
        weights = networks(arguments.filters, dtype=torch.float64)
        self._objective = ReferenceObjective(target.double(), weights, arguments.alpha, 0)
        self._alpha = arguments.alpha
        self._device = arguments.device
        self._known = {}

    def __call__(self, side, run, iteration):
        if (side, iteration) not in self._known:
            with torch.no_grad():
                iterate = run.iterates[iteration].to(self._device).double()
                gram, autocorrelation = self._objective.terms(iterate)
            self._known[side, iteration] = (gram + self._alpha * autocorrelation).item()
        return self._known[side, iteration]


def _row(texture, mark, runs, judge):
    reference, engine = runs["reference"], runs["engine"]
    loss = judge("reference", reference, mark)
    reached = next((i for i, value in enumerate(engine.losses, start=1) if value <= loss), len(engine.losses))
    while reached <= len(engine.losses) and judge("engine", engine, reached) > loss:
        reached += 1
    seconds = engine.seconds[reached - 1] if reached <= len(engine.losses) else None
    return {
        "texture": texture,
        "iterations": mark,
        "loss": loss,
        "reference_seconds": reference.seconds[mark - 1],
        "engine_iterations": reached if seconds else None,
        "engine_seconds": seconds,
        "ratio": reference.seconds[mark - 1] / seconds if seconds else math.nan,
        "engine_last": [len(engine.losses), engine.seconds[-1], judge("engine", engine, len(engine.losses))],
    }
