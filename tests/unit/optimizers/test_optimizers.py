"""What every optimiser must do: reach the optimum, keep the bound, count its iterations, not mind the loss's scale."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.optimize
import torch

from texture_core import registry
from texture_core.errors import OptimizationError

OPTIMIZERS = registry.names("optimizers")


def minimize(name, function, start, *, iterations=200, history=10, on_iteration=lambda iterate, value: None):
    return registry.load("optimizers", name).minimize(
        function, start, iterations=iterations, history=history, on_iteration=on_iteration
    )


class LeastSquares:
    """Half the squared residual of a linear system, whose optimum at x >= 0 nnls knows exactly."""

    def __init__(self, scale=1.0, dtype=torch.float64, device="cpu", conditioning=1.0):
        generator = np.random.default_rng(3)
        self.matrix = generator.normal(size=(60, 40)) * np.geomspace(1, conditioning, 40)
        self.right = 3 * generator.normal(size=60)
        self.start = torch.from_numpy(np.abs(generator.normal(size=(4, 10)))).to(device, dtype)
        self._matrix, self._right = (torch.from_numpy(a).to(device, dtype) for a in (self.matrix, self.right))
        self._scale = scale
        self.evaluations = 0

    def __call__(self, x):
        assert x.shape == self.start.shape
        assert x.dtype == self.start.dtype
        assert x.device == self.start.device
        self.evaluations += 1
        residual = self._matrix @ x.reshape(-1) - self._right
        gradient = (self._matrix.T @ residual).reshape(x.shape)
        return self._scale * 0.5 * float(residual @ residual), self._scale * gradient

    def optimum(self):
        return scipy.optimize.nnls(self.matrix, self.right)[0]


@pytest.fixture(params=OPTIMIZERS)
def name(request):
    return request.param


@pytest.mark.parametrize("conditioning", [1.0, 30.0])
def test_the_bounded_optimum_is_reached(name, conditioning, device):
    problem = LeastSquares(device=device, conditioning=conditioning)
    expected = problem.optimum()
    assert 5 < (expected == 0).sum() < 35
    found = minimize(name, problem, problem.start, iterations=2000).cpu().numpy().ravel()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(found == 0, expected == 0)


@pytest.mark.parametrize("scale", [1e-9, 2.0**-30, 1e9])
def test_the_scale_of_the_loss_does_not_matter(name, scale):
    paths = []
    for factor in (1.0, scale):
        problem = LeastSquares(factor)
        path = []
        minimize(
            name, problem, problem.start, iterations=15, on_iteration=lambda iterate, _, path=path: path.append(iterate)
        )
        paths.append(torch.stack(path))
    assert len(paths[0]) == 15
    # Powers of two are exact; with others the rounding differs and grows along the path.
    tolerance = 0 if scale == 2.0**-30 else 1e-6
    assert (paths[0] - paths[1]).abs().max().item() <= tolerance
    assert (paths[0][-1] - paths[0][0]).abs().max().item() > 0.1


def test_tiny_gradients_in_single_precision_do_not_stall_it(name):
    """The trap of the naive call: a first step as short as the gradient measures curvature on rounding noise."""
    problem = LeastSquares(1e-7, dtype=torch.float32)
    first, _ = problem(problem.start)
    found = minimize(name, problem, problem.start, iterations=60)
    best = 1e-7 * 0.5 * np.sum((problem.matrix @ problem.optimum() - problem.right) ** 2)
    assert problem(found)[0] - best < 1e-4 * (first - best)


@pytest.mark.parametrize("iterations", [1, 2, 7])
def test_iterations_are_counted_and_reported_once_each(name, iterations):
    problem = LeastSquares()
    start = problem.start.clone()
    seen = []
    last = minimize(
        name,
        problem,
        problem.start,
        iterations=iterations,
        on_iteration=lambda iterate, value: seen.append((iterate.clone(), value)),
    )
    assert len(seen) == iterations
    assert torch.equal(problem.start, start)
    assert torch.equal(last, seen[-1][0])
    values = [problem(start)[0], *(value for _, value in seen)]
    assert all(later < earlier for earlier, later in pairwise(values))
    for iterate, value in seen:
        assert value == pytest.approx(problem(iterate)[0], rel=1e-12)


def test_iterates_that_were_reported_are_not_changed_later(name):
    problem = LeastSquares()
    kept, copies = [], []

    def on_iteration(iterate, _):
        kept.append(iterate)
        copies.append(iterate.clone())

    minimize(name, problem, problem.start, iterations=6, on_iteration=on_iteration)
    assert all(torch.equal(a, b) for a, b in zip(kept, copies, strict=True))


def test_no_value_is_ever_asked_for_below_the_bound(name):
    problem = LeastSquares()
    lowest = []

    def function(x):
        lowest.append(x.min().item())
        return problem(x)

    start = problem.start.clone()
    start[0] = -1.0
    found = minimize(name, function, start, iterations=100)
    assert len(lowest) > 20
    assert min(lowest) == 0.0
    assert found.min().item() == 0.0


def test_lbfgsb_ends_at_the_optimum_long_before_the_iterations_do():
    problem = LeastSquares()
    seen = []
    minimize("lbfgsb", problem, problem.start, iterations=100_000, on_iteration=lambda *_: seen.append(1))
    assert len(seen) < 1000
    assert problem.evaluations < 5000


def test_lbfgsb_ends_where_rounded_values_show_no_decrease():
    """Restarts that gain nothing took 17 evaluations each, until all iterations were used up."""
    problem = LeastSquares()
    minimize(
        "lbfgsb",
        lambda x: (round(problem(x)[0], 5), problem(x)[1]),
        problem.start,
        iterations=500,
    )
    assert problem.evaluations < 500


def test_at_the_optimum_there_is_nothing_to_do(name):
    """Every variable at the bound with a gradient that pushes outwards."""
    start = torch.zeros(3, 4, dtype=torch.float64)
    start[0, 0] = 1.0

    def function(x):
        return float((x - start).clamp_min(0).square().sum()), 2 * (x - start).clamp_min(0)

    found = minimize(name, function, start, iterations=20)
    assert torch.equal(found, start)


# Longer than one line search of 20 evaluations; for L-BFGS-B also longer than its own second try.
@pytest.mark.parametrize(("name", "burst"), [*((name, 25) for name in OPTIMIZERS), ("lbfgsb", 50)])
def test_a_failed_line_search_is_not_the_end(name, burst):
    """Values that are wrong for a while, as rounding noise makes them, cost some steps and not the rest."""
    problem = LeastSquares()

    def function(x):
        value, gradient = problem(x)
        if 10 <= problem.evaluations < 10 + burst:
            value += 1e3 + problem.evaluations
        return value, gradient

    found = minimize(name, function, problem.start, iterations=300)
    assert problem.evaluations > 10 + burst
    np.testing.assert_allclose(found.numpy().ravel(), problem.optimum(), rtol=0, atol=1e-5)


def test_a_function_of_mere_noise_ends(name):
    generator = np.random.default_rng(0)
    calls = []

    def function(x):
        calls.append(1)
        return 1.0 + 1e-3 * generator.random(), torch.from_numpy(generator.normal(size=(4, 10)))

    found = minimize(name, function, torch.ones(4, 10, dtype=torch.float64), iterations=50)
    assert torch.isfinite(found).all()
    assert len(calls) < 5000


def test_an_error_of_the_function_comes_through(name):
    problem = LeastSquares()
    seen = []

    def function(x):
        value, gradient = problem(x)
        if problem.evaluations > 12:
            raise OptimizationError("iteration 9: the gram term is nan")
        return value, gradient

    with pytest.raises(OptimizationError, match="iteration 9: the gram term is nan"):
        minimize(name, function, problem.start, on_iteration=lambda *_: seen.append(1))
    assert 0 < len(seen) < 13


def test_an_error_of_the_callback_comes_through(name):
    problem = LeastSquares()

    def on_iteration(iterate, value):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        minimize(name, problem, problem.start, on_iteration=on_iteration)


@pytest.mark.parametrize("history", [1, 3, 30])
def test_history_changes_the_path_and_not_the_optimum(name, history):
    problem = LeastSquares()
    found = minimize(name, problem, problem.start, iterations=2000, history=history)
    np.testing.assert_allclose(found.numpy().ravel(), problem.optimum(), rtol=0, atol=1e-5)
    short = minimize(name, LeastSquares(), problem.start, iterations=12, history=history)
    assert not torch.equal(short, minimize(name, LeastSquares(), problem.start, iterations=12, history=10))


# --- tolerances ---

WITH_TOLERANCES = [name for name in OPTIMIZERS if registry.constant("optimizers", name, "HAS_TOLERANCES")]


def course(name, iterations=100, **options):
    """The iterate, value and state after each iteration, and why the optimiser ended there."""
    problem, path, values, states, ends = LeastSquares(conditioning=30.0), [], [], [], []
    registry.load("optimizers", name).minimize(
        problem,
        problem.start,
        iterations=iterations,
        history=10,
        on_iteration=lambda iterate, value: path.append(iterate) or values.append(value),
        keep=lambda state: states.append(state()),
        on_end=ends.append,
        **options,
    )
    return path, values, states, ends


@pytest.mark.parametrize("with_tolerances", WITH_TOLERANCES)
def test_it_stops_when_the_value_hardly_decreases(with_tolerances):
    _, every, _, ends = course(with_tolerances)
    assert ends == ["iterations"]
    share = (np.array(every[:-10]) - every[10:]) / 10 / every[10:]
    for tolerance in (1e-2, 1e-3, 1e-4):
        _, values, _, ends = course(with_tolerances, tolerance_change=tolerance)
        assert ends == ["tolerance_change"]
        assert values == every[: len(values)]
        # The value of the start stands for itself, so that the first ten iterations do not end it.
        assert len(values) >= 10
        assert share[len(values) - 11] < tolerance
        assert (share[: len(values) - 11] >= tolerance).all()


@pytest.mark.parametrize("with_tolerances", WITH_TOLERANCES)
def test_it_stops_where_the_gradient_is_small(with_tolerances):
    problem = LeastSquares(conditioning=30.0)
    path, _, _, ends = course(with_tolerances, 2000, tolerance_grad=1e-3)
    assert ends == ["tolerance_grad"]

    def slope(iterate):
        gradient = problem(iterate)[1]
        return torch.where((iterate > 0) | (gradient < 0), gradient, 0).abs().max()

    assert slope(path[-1]) <= 1e-3
    assert all(slope(iterate) > 1e-3 for iterate in path[:-1])


@pytest.mark.parametrize("with_tolerances", WITH_TOLERANCES)
def test_stopped_and_resumed_it_stops_at_the_same_iteration(with_tolerances):
    _, values, states, _ = course(with_tolerances, tolerance_change=1e-3)
    assert len(values) < 100
    for number in (3, 8, len(values) - 2):
        resumed = course(with_tolerances, tolerance_change=1e-3, resume=states[number])
        assert resumed[1] == values[number + 1 :]
