"""The paper's method: start from noise, minimise the distance of its features' statistics from the target's."""

import time

import numpy as np
import torch

from texture_core import registry, start
from texture_core.methods import SynthesisResult
from texture_core.objective import Objective
from texture_core.randomness import torch_generator
from texture_core.storage import LOSS_COLUMNS


def synthesize(task):
    """Optimise a spectrogram (paper, sections 2 and 3).

    Parameters
    ----------
    task : SynthesisTask

    Returns
    -------
    SynthesisResult
        As long as the target, with the loss history and the snapshots that the parameters ask for.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters.
    OptimizationError
        If the loss or its gradient stops being finite; the message names iteration and term.
    """
    run = _Run(task)
    generator = torch_generator(task.seed, task.texture, task.setting, "start")
    draw = {"noise": start.noise, "surrogate": start.surrogate}[task.parameters.start]
    first = draw(torch.from_numpy(task.target.log_magnitude), generator)
    log_magnitude = run.minimize(first.to(task.device))
    return SynthesisResult(
        log_magnitude.cpu().numpy(),
        loss=np.array(run.rows),
        further_losses={name: np.array(values) for name, values in run.further.items()},
        snapshots=run.snapshots,
    )


def iterations(parameters):
    """How many iterations there are at most."""
    return parameters.optimizer.iterations


class _Run:
    """One synthesis under way: the objective, and a row of the loss history for each iteration."""

    def __init__(self, task):
        reference = torch.from_numpy(task.target.log_magnitude).to(task.device)
        frame_rate = task.target.sample_rate / task.target.hop_length
        self._objective = Objective(reference, task.parameters, frame_rate, task.seed)
        self._parameters = task.parameters
        self._progress = task.progress
        self._started = time.monotonic()
        self._evaluations = 0
        self._recent = {}
        self.rows = []
        self.further = {name: [] for name in task.parameters.losses}
        self.snapshots = {}

    def minimize(self, first):
        parameters = self._parameters
        optimizer = registry.load("optimizers", parameters.optimizer.type)
        total = parameters.optimizer.iterations
        self._record(self._objective.evaluate(first)[0])
        # The function changes when the diversity term ends, and with it what the optimiser has learnt of its curvature.
        with_diversity = min(parameters.diversity.iterations, total) if parameters.beta > 0 else 0
        iterate = first
        for iterations in (with_diversity, total - with_diversity):
            if iterations > 0:
                iterate = optimizer.minimize(
                    self._value,
                    iterate,
                    iterations=iterations,
                    history=parameters.optimizer.history,
                    on_iteration=self._finish_iteration,
                )
        return iterate

    def _value(self, log_magnitude):
        terms, gradient = self._objective.evaluate(log_magnitude)
        self._evaluations += 1
        self._recent[terms["total"]] = terms
        return terms["total"], gradient

    def _finish_iteration(self, iterate, value):
        nearest = min(self._recent, key=lambda total: abs(total - value))
        terms = self._recent[nearest]
        self._recent.clear()
        self._record(terms)
        self._objective.advance()
        iteration = len(self.rows) - 1
        if iteration in self._parameters.snapshots:
            self.snapshots[iteration] = iterate.detach().cpu().numpy().copy()
        if self._progress:
            self._progress(iteration, terms)

    def _record(self, terms):
        known = terms | {"evaluations": self._evaluations, "seconds": time.monotonic() - self._started}
        self.rows.append([known.get(column, np.nan) for column in LOSS_COLUMNS])
        for name, values in self.further.items():
            values.append(known[name])
