"""SciPy's L-BFGS-B, the paper's optimiser, with variables and function scaled for a sensible first step."""

import math

import numpy as np
import scipy.optimize
import torch

from texture_core.optimizers import _setulb

RESUMABLE = True
# Length of the first step, relative to that of the start. On three textures, 0.03 to 0.3 made no difference after 50
# iterations.
_FIRST_STEP = 0.1
# Share of the loss that single precision does not resolve: a restart that changes it by no more is the last.
_NOISE = 1e-6


def minimize(function, start, *, iterations, history, on_iteration, keep=None, resume=None):
    """Minimise a function of a nonnegative tensor. See `projected_lbfgs.minimize` for the arguments and the result.

    `keep` is not called with SciPy versions whose state is not accessible (`texture_core.optimizers._setulb`).

    Notes
    -----
    The first step of L-BFGS-B is never longer than the gradient. For losses of order 1 over 10⁵ variables the gradient
    is so short that the curvature estimate is dominated by rounding noise, and the optimisation stalls. So L-BFGS-B
    minimises c f as a function of z = x / s, where s is a tenth of the norm of the start and c makes the norm of the
    first gradient 1. If the line search fails early (noise of single precision), L-BFGS-B is restarted from the last
    iterate. The optimisation ends when a restart fails at its first step, or changes the loss by no more than a
    millionth.
    """
    iterate = start.detach().clamp_min(0)
    length = _FIRST_STEP * float(torch.linalg.vector_norm(start)) if resume is None else resume["length"]
    done = 0
    reached = math.inf
    while done < iterations:
        run = _Run(function, iterate, length, done, reached, iterations, history, on_iteration, keep)
        iterate, done = run.minimize(resume)
        resume = None
        if done == run.before or abs(run.reached - run.value) <= _NOISE * abs(run.value):
            break
        reached = run.value
    return iterate


class _Run:
    """One run of L-BFGS-B, until the iterations are used up or the line search fails.

    `before` is the number of iterations of earlier runs, and `reached` the loss after them.
    """

    def __init__(self, function, start, length, before, reached, iterations, history, on_iteration, keep):
        self._function, self._start, self._length = function, start, length
        self._iterations, self._history = iterations, history
        self._on_iteration, self._keep = on_iteration, keep
        self._latest, self._done = start, before
        self._steepness = None
        self.before, self.reached, self.value = before, reached, math.inf

    def minimize(self, resume):
        """Return the last iterate and the number of iterations, including those of earlier runs."""
        if resume is None:
            _, gradient = self._function(self._start)
            self._steepness = float(torch.linalg.vector_norm(gradient)) * self._length
            if self._steepness == 0:
                return self._start, self._done
        else:
            self.before, self._steepness = resume["before"], resume["steepness"]
            self.reached = math.inf if resume["reached"] is None else resume["reached"]
            self.value = resume["routine"]["value"] * self._steepness
            self._done = self.before + resume["routine"]["done"]
            self._latest = self._tensor(resume["routine"]["x"])
        first = self._start.detach().to("cpu", torch.float64).numpy().ravel() / self._length
        limits = {"history": self._history, "iterations": self._iterations - self.before}
        if _setulb.usable():
            _setulb.minimize(
                self._scaled,
                first,
                **limits,
                evaluations=20 * self._iterations,
                on_iteration=self._finish,
                resume=resume and resume["routine"],
            )
        else:
            self._by_scipy(first)
        return self._latest, self._done

    def _by_scipy(self, first):
        def callback(intermediate_result):
            self._finish(intermediate_result.x, intermediate_result.fun)
            if self._done >= self._iterations:
                raise StopIteration

        scipy.optimize.minimize(
            self._scaled,
            first,
            jac=True,
            method="L-BFGS-B",
            bounds=scipy.optimize.Bounds(0, np.inf),
            callback=callback,
            options={
                "maxcor": self._history,
                "maxiter": self._iterations - self.before,
                "maxfun": 20 * self._iterations,
                "ftol": 0,
                "gtol": 0,
            },
        )

    def _tensor(self, z):
        start = self._start
        return torch.from_numpy(z * self._length).to(device=start.device, dtype=start.dtype).reshape(start.shape)

    def _scaled(self, z):
        value, gradient = self._function(self._tensor(z))
        scaled = gradient.detach().to("cpu", torch.float64).numpy().ravel() * (self._length / self._steepness)
        return value / self._steepness, scaled

    def _finish(self, z, value, routine=None):
        self._done += 1
        self._latest, self.value = self._tensor(z), value * self._steepness
        self._on_iteration(self._latest, self.value)
        if self._keep and routine:
            self._keep(
                lambda: {
                    "length": self._length,
                    "before": self.before,
                    # JSON has no infinity.
                    "reached": self.reached if math.isfinite(self.reached) else None,
                    "steepness": self._steepness,
                    "routine": routine(),
                }
            )
