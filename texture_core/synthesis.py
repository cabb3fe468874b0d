"""A new spectrogram with the statistics of a target."""

import time
from dataclasses import replace

import numpy as np
import torch

from texture_core import registry, start
from texture_core.devices import resolve_device
from texture_core.errors import OptimizationError, ParameterError
from texture_core.objective import Objective
from texture_core.parameters import to_mapping
from texture_core.randomness import torch_generator
from texture_core.storage import LOSS_COLUMNS, Synthesis


def synthesize_spectrogram(
    target, parameters, *, seed, texture="texture", setting="setting", device="auto", threads=None, progress=None
):
    """Synthesise a spectrogram of the texture that a target shows (paper, sections 2 and 3).

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    seed : int
        Together with texture, setting and purpose it seeds every draw; the weights of the features depend on the seed
        and the architecture alone.
    texture, setting : str
        Names, for the seeds and for messages.
    device : {'auto', 'cpu', 'cuda'}
    threads : int, optional
        Of torch on the CPU; the result's last bits depend on it.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration.

    Returns
    -------
    Synthesis
        As long as the target.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters, or the device is not there.
    OptimizationError
        If the loss or its gradient stops being finite; the message names texture, setting, iteration and term.
    """
    device = resolve_device(device)
    if threads is not None:
        torch.set_num_threads(threads)
    started = time.monotonic()
    reference = torch.from_numpy(target.log_magnitude).to(device)
    try:
        run = _Run(reference, target.sample_rate / target.hop_length, parameters, seed, progress)
        log_magnitude = run.minimize(_start(target.log_magnitude, parameters.start, seed, texture, setting).to(device))
    except (OptimizationError, ParameterError) as error:
        raise type(error)(f"texture {texture}, setting {setting}: {error}") from None
    seconds = time.monotonic() - started
    attributes = {
        "parameters": to_mapping(parameters),
        "texture": texture,
        "setting": setting,
        "seed": seed,
        "device": device,
        "threads": torch.get_num_threads(),
        "torch_version": str(torch.__version__),
        "seconds": seconds,
    }
    spectrogram = replace(target, log_magnitude=log_magnitude.cpu().numpy())
    return Synthesis(spectrogram, np.array(run.rows), attributes)


def _start(target, kind, seed, texture, setting):
    generator = torch_generator(seed, texture, setting, "start")
    draw = {"noise": start.noise, "surrogate": start.surrogate}[kind]
    return draw(torch.from_numpy(target), generator)


class _Run:
    """One synthesis under way: the objective, and a row of the loss history for each iteration."""

    def __init__(self, reference, frame_rate, parameters, seed, progress):
        self._objective = Objective(reference, parameters, frame_rate, seed)
        self._parameters = parameters
        self._progress = progress
        self._started = time.monotonic()
        self._evaluations = 0
        self._recent = {}
        self.rows = []

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

    def _finish_iteration(self, _, value):
        nearest = min(self._recent, key=lambda total: abs(total - value))
        terms = self._recent[nearest]
        self._recent.clear()
        self._record(terms)
        self._objective.advance()
        if self._progress:
            self._progress(len(self.rows) - 1, terms)

    def _record(self, terms):
        known = terms | {"evaluations": self._evaluations, "seconds": time.monotonic() - self._started}
        self.rows.append([known.get(column, np.nan) for column in LOSS_COLUMNS])
