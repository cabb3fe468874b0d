"""Run the stages of a minimisation, and record the loss history, snapshots and checkpoints."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from texture_core.records.spectrogram_files import LOSS_COLUMNS


@dataclass(frozen=True)
class Stage:
    """Part of a minimisation.

    Attributes
    ----------
    variable : Frames or Waveform
        What is optimised: ``evaluate(objective, iterate)`` returns the terms of the loss and its gradient,
        ``log_magnitude(iterate)`` the spectrogram, and ``free(log_magnitude)`` an iterate close to a spectrogram.
    iterations : int
        Maximum number of iterations.
    minimize : callable
        See `texture_core.optimizers.projected_lbfgs.minimize`.
    optimizer : str
        Name of the optimiser, for messages.
    resumable : bool
        Whether the optimiser supports `keep` and `resume`.
    tolerances : dict
        ``tolerance_change`` and ``tolerance_grad`` of `projected_lbfgs.minimize`; empty to run all iterations.
    alpha : float
        Weight of the autocorrelation term.
    """

    variable: Any
    iterations: int
    minimize: Callable
    optimizer: str
    resumable: bool
    tolerances: dict
    alpha: float


class _Stopped(Exception):
    """Raised to leave an optimiser when a stop is requested."""


class Run:
    """A minimisation that starts from a first iterate or resumes from a checkpoint.

    Parameters
    ----------
    task : SynthesisTask
    objective : Objective

    Attributes
    ----------
    variable : Frames or Waveform
        Variable of the current or last stage.
    iterate : torch.Tensor
        Current iterate of `variable`.
    rows : list of list of float
        Loss at the start and after each iteration, with columns `LOSS_COLUMNS`.
    further : dict of str to list of float
        Histories of further losses.
    snapshots : dict of int to numpy.ndarray
        Log magnitudes after the requested iterations.
    ends : list of str
        How each stage with tolerances ended, and after how many iterations.
    """

    def __init__(self, task, objective):
        self._objective = objective
        self._parameters = task.parameters
        self._progress, self._stop, self._checkpoint = task.progress, task.stop, task.checkpoint
        self._started = time.monotonic()
        self._evaluations = 0
        self._recent = {}
        self._stage = 0
        # Iterations of the stages before.
        self._before = 0
        self.variable = self.iterate = None
        self.rows = []
        self.further = {name: [] for name in task.parameters.losses}
        self.snapshots = {}
        self.ends = []

    def minimize(self, stages, first):
        """Run all stages, starting from an iterate of the first stage's variable."""
        self.variable, self.iterate = stages[0].variable, first
        saved = self._checkpoint.load() if self._checkpoint else None
        if saved is None:
            self._objective.weigh_autocorrelation(stages[0].alpha)
            self._record(self.variable.evaluate(self._objective, first)[0])
            saved = {"phase": 0}
        else:
            self._restore(saved)
            if "result" in saved:
                self.variable, self.iterate = stages[-1].variable, torch.from_numpy(saved["result"]).to(first)
                return
        with suppress(_Stopped):
            for number in range(saved["phase"], len(stages)):
                self._minimize_stage(number, stages[number], saved)
            if self._checkpoint:
                # The job may still fail before the result is written.
                self._checkpoint.save(self._state() | {"result": self.iterate.cpu().numpy()})

    def _minimize_stage(self, number, stage, saved):
        if number:
            # The optimiser may have stopped before the term's last iteration.
            self._objective.end_diversity()
        self._objective.weigh_autocorrelation(stage.alpha)
        if not stage.iterations:
            return
        self._stage = number
        resume = saved.get("optimizer") if number == saved["phase"] else None
        if stage.variable is not self.variable:
            if resume is None:
                self.iterate = stage.variable.free(self.variable.log_magnitude(self.iterate))
            else:
                self.iterate = self.iterate.new_empty(resume["iterate"].shape)
            self.variable = stage.variable
        options = dict(stage.tolerances)
        if stage.tolerances:
            options["on_end"] = self._note_end
        if resume is None:
            self._before = len(self.rows) - 1
        if self._checkpoint and stage.resumable:
            options |= {"keep": self._keep, "resume": resume}
        elif self._checkpoint:
            self._checkpoint.note(f"optimiser {stage.optimizer} does not support checkpoints: none are saved")
        self.iterate = stage.minimize(
            self._value,
            self.iterate,
            iterations=stage.iterations,
            history=self._parameters.optimizer.history,
            on_iteration=self._finish_iteration,
            **options,
        )

    def _note_end(self, reason):
        self.ends.append(f"{reason} after {len(self.rows) - 1 - self._before} iterations")

    def _value(self, iterate):
        terms, gradient = self.variable.evaluate(self._objective, iterate)
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
            self.snapshots[iteration] = self.variable.log_magnitude(iterate).detach().cpu().numpy().copy()
        if self._progress:
            self._progress(iteration, terms)
        if self._stop and self._stop():
            self.iterate = iterate
            raise _Stopped

    def _record(self, terms):
        known = terms | {"evaluations": self._evaluations, "seconds": time.monotonic() - self._started}
        self.rows.append([known.get(column, np.nan) for column in LOSS_COLUMNS])
        for name, values in self.further.items():
            values.append(known[name])

    def _keep(self, optimizer_state):
        if self._checkpoint.due():
            self._checkpoint.save(self._state() | {"phase": self._stage, "optimizer": optimizer_state()})

    def _state(self):
        return {
            "before": self._before,
            "ends": self.ends,
            "evaluations": self._evaluations,
            "objective": self._objective.state(),
            "rows": np.array(self.rows),
            "further": {name: np.array(values) for name, values in self.further.items()},
            "seconds": time.monotonic() - self._started,
            "snapshots": list(self.snapshots.items()),
        }

    def _restore(self, saved):
        self._before, self.ends = saved["before"], saved["ends"]
        self._evaluations = saved["evaluations"]
        self._objective.restore(saved["objective"])
        self.rows = saved["rows"].tolist()
        self.further = {name: values.tolist() for name, values in saved["further"].items()}
        self._started = time.monotonic() - saved["seconds"]
        self.snapshots = dict(saved["snapshots"])
        self._checkpoint.note(f"resuming from a checkpoint after iteration {len(self.rows) - 1}")
