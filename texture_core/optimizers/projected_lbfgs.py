"""A bounded quasi-Newton method that stays on the device: L-BFGS on the free variables, projected line search."""

import math
from collections import deque

import torch

RESUMABLE = True
HAS_TOLERANCES = True
# Length of the first step, relative to that of the start: the gradient does not determine the scale of the variables.
_FIRST_STEP = 0.1
_SUFFICIENT_DECREASE = 1e-4
_LONGEST_SEARCH = 20
# Number of iterations for which a conditioning is kept: renewing it every 5 gains another 2 %.
_CONDITIONING_LIFE = 20
# Number of iterations over which the decrease is taken: a single one may be small in the middle of a descent.
_DECREASE_ITERATIONS = 10
# A curvature pair below this is rounding noise of single precision.
_CURVATURE = 1e-8
_TINY = 1e-300


def minimize(
    function,
    start,
    *,
    iterations,
    history,
    on_iteration,
    keep=None,
    resume=None,
    conditioning=None,
    lowest=0.0,
    highest=math.inf,
    tolerance_change=0.0,
    tolerance_grad=0.0,
    on_end=None,
):
    """Minimise a function of a tensor with bounds on its elements.

    Parameters
    ----------
    function : callable
        Takes a tensor like `start`, returns (value: float, gradient: tensor).
    start : torch.Tensor
        Not all zero.
    iterations : int
        Maximum number of iterations.
    history : int
        Number of curvature pairs.
    on_iteration : callable
        Called with (tensor, value) after each iteration.
    keep : callable, optional
        Called after each iteration with a function that returns the state, valid until the next iteration.
    resume : mapping, optional
        A state to resume from; only shape, dtype and device of `start` are then used.
    conditioning : callable, optional
        Takes an iterate, returns a function that multiplies a tensor by a symmetric positive definite matrix, which is
        the initial inverse Hessian up to a factor. Default: the identity.
    lowest, highest : float
        Bounds of the elements; infinite for none.
    tolerance_change : float
        Stop when the value has decreased by less than this share of itself per iteration, over the last 10 iterations;
        0 never stops.
    tolerance_grad : float
        Stop when no element of the gradient by the free variables is larger than this in absolute value.
    on_end : callable, optional
        Called at the end with its reason: ``iterations``, ``tolerance_change``, ``tolerance_grad`` or ``line search``.

    Returns
    -------
    torch.Tensor
        The last iterate.

    Notes
    -----
    A variable is free unless it is at a bound and its gradient pushes it outwards. The search direction is the two-loop
    recursion on the free variables (Nocedal & Wright, algorithm 7.4; projection after Bertsekas 1982), starting from
    the restricted conditioning. Steps are projected onto the bounds. The line search tries step 1 first and backtracks
    with a parabola until the decrease is sufficient (Armijo along the projected path). If no step decreases the value,
    the history is discarded and the conditioned gradient is tried; if that fails too, the optimisation ends.
    """
    pairs = deque(maxlen=history)
    if resume is None:
        iterate = start.detach().clamp(lowest, highest)
        value, gradient = function(iterate)
        done = 0
        origin = None
        recent = deque([value], maxlen=_DECREASE_ITERATIONS + 1)
    else:
        iterate, gradient = (_tensor(resume[name], start) for name in ("iterate", "gradient"))
        value, done = resume["value"], resume["done"]
        pairs.extend((_tensor(s, start), _tensor(y, start), scale) for s, y, scale in resume["pairs"])
        origin = _tensor(resume["origin"], start) if conditioning else None
        recent = deque(resume["recent"], maxlen=_DECREASE_ITERATIONS + 1)
    condition = conditioning(origin) if origin is not None else _identity
    reason = "iterations"
    while done < iterations:
        if _decrease(recent) < tolerance_change:
            reason = "tolerance_change"
            break
        free = ((iterate > lowest) | (gradient < 0)) & ((iterate < highest) | (gradient > 0))
        reduced = torch.where(free, gradient, 0)
        if torch.linalg.vector_norm(reduced, math.inf).item() <= tolerance_grad:
            reason = "tolerance_grad"
            break
        if conditioning and done % _CONDITIONING_LIFE == 0 and origin is not iterate:
            origin = iterate
            condition = conditioning(origin)
        if pairs:
            direction = _two_loop(reduced, pairs, free, condition).neg_()
            step = 1.0
            if _dot(direction, reduced) >= 0:
                pairs.clear()
        if not pairs:
            direction = torch.where(free, condition(reduced), 0).neg_()
            step = _FIRST_STEP * (torch.linalg.vector_norm(iterate) / torch.linalg.vector_norm(direction)).item()
        found = _search(function, iterate, value, gradient, direction, step, (lowest, highest))
        if found is None:
            if not pairs:
                reason = "line search"
                break
            pairs.clear()
            continue
        following, value, following_gradient = found
        difference = following - iterate
        change = following_gradient - gradient
        curvature = _dot(difference, change)
        if curvature > _CURVATURE * _dot(change, change) ** 0.5 * _dot(difference, difference) ** 0.5:
            pairs.append((difference, change, 1 / curvature))
        iterate, gradient = following, following_gradient
        done += 1
        recent.append(value)
        on_iteration(iterate, value)
        if keep:
            keep(_state(iterate, value, gradient, pairs, done, origin, recent))
    if on_end:
        on_end(reason)
    return iterate


def _decrease(recent):
    """The mean decrease per iteration as a share of the value, infinite as long as there are too few iterations."""
    if len(recent) <= _DECREASE_ITERATIONS:
        return math.inf
    return (recent[0] - recent[-1]) / _DECREASE_ITERATIONS / max(abs(recent[-1]), _TINY)


def _state(iterate, value, gradient, pairs, done, origin, recent):
    recent = list(recent)

    def state():
        conditioned = {} if origin is None else {"origin": _array(origin)}
        return conditioned | {
            "iterate": _array(iterate),
            "value": value,
            "gradient": _array(gradient),
            "pairs": [(_array(difference), _array(change), scale) for difference, change, scale in pairs],
            "done": done,
            "recent": recent,
        }

    return state


def _array(tensor):
    return tensor.detach().cpu().numpy()


def _tensor(array, like):
    # Cloned, because torch aligns its own memory: elsewhere sums may be taken in another order.
    return torch.from_numpy(array).to(device=like.device, dtype=like.dtype).clone()


def _dot(a, b):
    return torch.dot(a.reshape(-1), b.reshape(-1)).item()


def _identity(tensor):
    return tensor


def _two_loop(gradient, pairs, free, condition):
    result = gradient.clone()
    weights = []
    for difference, change, scale in reversed(pairs):
        weight = scale * _dot(difference, result)
        result.add_(change, alpha=-weight)
        weights.append(weight)
    difference, change, scale = pairs[-1]
    result = torch.where(free, condition(torch.where(free, result, 0)), 0)
    result.mul_(1 / (scale * _dot(change, condition(change))))
    for (difference, change, scale), weight in zip(pairs, reversed(weights), strict=True):
        result.add_(difference, alpha=weight - scale * _dot(change, result))
    return torch.where(free, result, 0)


def _search(function, iterate, value, gradient, direction, step, bounds):
    for _ in range(_LONGEST_SEARCH):
        trial = (iterate + step * direction).clamp_(*bounds)
        slope = _dot(gradient, trial - iterate)
        if slope == 0:
            return None
        trial_value, trial_gradient = function(trial)
        if trial_value <= value + _SUFFICIENT_DECREASE * slope:
            return trial, trial_value, trial_gradient
        # The parabola through both values and the first slope has its minimum here.
        factor = -slope / (2 * (trial_value - value - slope))
        step *= min(max(factor, 0.1), 0.5)
    return None
