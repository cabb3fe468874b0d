"""SciPy's L-BFGS-B one step at a time, so that its state can be saved and restored.

``scipy.optimize.minimize`` keeps the state of L-BFGS-B to itself. The routine below it, ``setulb``, asks for one value
and gradient after another, and all that it knows is in arrays that its caller holds: copied away and back, they make it
go on to the bit. But it is private to SciPy. So `usable` runs both on a small problem first, and only where they agree
to the bit is the routine driven directly; elsewhere nothing is saved, and the result is the same.
"""

from functools import cache

import numpy as np
import scipy.optimize

try:
    from scipy.optimize import _lbfgsb
except ImportError:
    _lbfgsb = None

# What the routine reports: it wants a value and a gradient; an iteration is done. Anything else is its end.
_EVALUATE, _ITERATION = 3, 1
_LONGEST_SEARCH = 20
_ARRAYS = ("x", "g", "wa", "iwa", "task", "ln_task", "lsave", "isave", "dsave")


def minimize(function, start, *, history, iterations, evaluations, on_iteration, resume=None):
    """Minimise with all variables at or above 0; as ``scipy.optimize.minimize``, ``ftol`` and ``gtol`` being 0.

    Parameters
    ----------
    function : callable
        Takes x (n,) float64, returns (value: float, gradient (n,) float64).
    start : numpy.ndarray
        (n,), float64, at least 0.
    history, iterations, evaluations : int
        Curvature pairs; at most so many iterations and, roughly, evaluations.
    on_iteration : callable
        Called with (x, value, state) after each iteration. x is changed afterwards; so is what `state`, a function
        without arguments, returns: a mapping of what `resume` takes.
    resume : mapping, optional
        Goes on from this state instead of the start.
    """
    count = start.size
    state = {
        "x": start.copy(),
        "g": np.zeros(count),
        "wa": np.zeros(2 * history * count + 5 * count + 11 * history**2 + 8 * history),
        "iwa": np.zeros(3 * count, dtype=np.int32),
        "task": np.zeros(2, dtype=np.int32),
        "ln_task": np.zeros(2, dtype=np.int32),
        "lsave": np.zeros(4, dtype=np.int32),
        "isave": np.zeros(44, dtype=np.int32),
        "dsave": np.zeros(29),
    }
    value, done, evaluated = 0.0, 0, 0
    if resume is not None:
        for name in _ARRAYS:
            # Into arrays that are made as ever: where memory is aligned otherwise, sums may be taken otherwise.
            state[name][...] = resume[name]
        value, done, evaluated = resume["value"], resume["done"], resume["evaluated"]
    lower, upper, bounded = np.zeros(count), np.zeros(count), np.ones(count, dtype=np.int32)
    while done < iterations and evaluated <= evaluations:
        _lbfgsb.setulb(
            history, state["x"], lower, upper, bounded, value, state["g"], 0.0, 0.0, state["wa"], state["iwa"],
            state["task"], state["lsave"], state["isave"], state["dsave"], _LONGEST_SEARCH, state["ln_task"],
        )  # fmt: skip
        if state["task"][0] == _EVALUATE:
            value, state["g"][:] = function(state["x"])
            evaluated += 1
        elif state["task"][0] == _ITERATION:
            done += 1
            counters = {"value": value, "done": done, "evaluated": evaluated}
            on_iteration(state["x"], value, lambda counters=counters: state | counters)
        else:
            return


@cache
def usable():
    """Return whether SciPy's routine works as expected: it must solve a small problem by the same steps, to the bit."""
    start = np.array([3.0, 0.5, 0.0, 2.0])

    def function(x):
        # Rosenbrock's valley, moved so that the bound holds one variable.
        steps = x[1:] - x[:-1] ** 2
        gradient = np.zeros(4)
        gradient[1:] += 20 * steps
        gradient[:-1] -= 40 * steps * x[:-1] + 2 * (0.5 - x[:-1])
        return float(10 * steps @ steps + np.sum((0.5 - x[:-1]) ** 2)), gradient

    paths = [], []
    options = {"maxcor": 3, "maxiter": 25, "maxfun": 1000, "ftol": 0, "gtol": 0}
    scipy.optimize.minimize(
        function,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=scipy.optimize.Bounds(0, np.inf),
        callback=lambda intermediate_result: paths[0].append(intermediate_result.x.tobytes()),
        options=options,
    )
    try:
        minimize(
            function,
            start,
            history=3,
            iterations=25,
            evaluations=1000,
            on_iteration=lambda x, value, state: paths[1].append(x.tobytes()),
        )
    except Exception:
        # Of a private routine anything may change: its name, its arguments, what they hold.
        return False
    return len(paths[0]) > 5 and paths[0] == paths[1]
