"""Each loss against a version of its equation written with loops in float64."""

import itertools

import numpy as np
import pytest
import torch

from texture_core.errors import ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss, autocorrelation
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss, gram_matrix
from texture_core.parameters.lags import lag_frames
from texture_core.parameters.method import AutocorrelationParameters, DiversityParameters

FRAME_RATE = 250.0


def random_maps(shapes, seed):
    """Feature maps as a rectifier leaves them: at least 0, many exactly 0."""
    generator = np.random.default_rng(seed)
    return [np.maximum(generator.normal(size=shape), 0) for shape in shapes]


def tensors(maps, device="cpu", dtype=torch.float64):
    return [torch.from_numpy(values).to(device=device, dtype=dtype) for values in maps]


def relative_squared_distance(statistics, target_statistics):
    distance = energy = 0.0
    for values, target in zip(statistics, target_statistics, strict=True):
        for a, b in zip(values.ravel(), target.ravel(), strict=True):
            distance += (a - b) ** 2
            energy += b**2
    return distance / energy


def gram_by_loops(values):
    filters, frames = values.shape
    gram = np.zeros((filters, filters))
    for i in range(filters):
        for j in range(filters):
            for t in range(frames):
                gram[i, j] += values[i, t] * values[j, t] / frames
    return gram


def autocorrelation_by_loops(values, lags):
    rows, frames = values.shape
    result = np.zeros((rows, len(lags)))
    for i in range(rows):
        for j, lag in enumerate(lags):
            for t in range(frames):
                result[i, j] += values[i, t] * values[i, (t + lag) % frames] / frames
    return result


def diversity_by_loops(maps, target, frames, shifts):
    """Value at each shift; a map shorter than the period is followed by zeros."""
    maps, target = (
        [np.pad(values, ((0, 0), (0, frames - values.shape[1]))) for values in group] for group in (maps, target)
    )
    energy = sum((values**2).sum() for values in target)
    result = {}
    for shift in shifts:
        distance = 0.0
        for values, reference in zip(maps, target, strict=True):
            for i in range(len(values)):
                for t in range(frames):
                    distance += (values[i, (t + shift) % frames] - reference[i, t]) ** 2
        result[shift] = energy / distance
    return result


def lag_range(first, last):
    return AutocorrelationParameters(minimum_lag=first / FRAME_RATE, maximum_lag=last / FRAME_RATE)


# --- Gram ---


def test_gram_matrix_of_two_rows_by_hand():
    gram = gram_matrix(torch.tensor([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0]]))
    assert gram.tolist() == [[6 / 4, 6 / 4], [6 / 4, 10 / 4]]


@pytest.mark.parametrize("filters", [1, 127, 128, 129, 300, 512])
def test_gram_matrix_of_many_rows(filters):
    """However it is cut into blocks of rows."""
    feature_map = torch.from_numpy(np.random.default_rng(3).normal(size=(filters, 7)))
    expected = torch.einsum("it,jt->ij", feature_map, feature_map) / 7
    assert (gram_matrix(feature_map) - expected).abs().max().item() < 1e-13


@pytest.mark.parametrize(
    ("shapes", "target_shapes"),
    [
        ([(3, 11)], [(3, 11)]),
        ([(3, 11), (4, 8), (1, 5)], [(3, 11), (4, 8), (1, 5)]),
        ([(3, 17), (4, 14)], [(3, 11), (4, 8)]),
    ],
    ids=["one network", "three networks", "another length"],
)
def test_gram_loss(shapes, target_shapes, device):
    maps, target = random_maps(shapes, 1), random_maps(target_shapes, 2)
    expected = relative_squared_distance(
        [gram_by_loops(values) for values in maps], [gram_by_loops(values) for values in target]
    )
    assert GramLoss(tensors(target, device))(tensors(maps, device)).item() == pytest.approx(expected, rel=1e-12)
    single = GramLoss(tensors(target, device, torch.float32))(tensors(maps, device, torch.float32))
    assert single.item() == pytest.approx(expected, rel=1e-5)


def test_gram_loss_does_not_see_order_or_repetition():
    (values,) = random_maps([(5, 40)], 3)
    loss = GramLoss(tensors([values]))
    shuffled = values[:, np.random.default_rng(4).permutation(40)]
    assert loss(tensors([shuffled])).item() < 1e-25
    assert loss(tensors([np.tile(values, 2)])).item() < 1e-25
    assert loss(tensors([values * 2])).item() == pytest.approx(9.0)


# --- autocorrelation ---


@pytest.mark.parametrize(
    ("shapes", "target_shapes"),
    [
        ([(2, 20)], [(2, 20)]),
        ([(3, 21), (2, 14)], [(3, 21), (2, 14)]),
        ([(3, 25), (2, 18)], [(3, 21), (2, 14)]),
    ],
    ids=["one network", "two networks", "another length"],
)
@pytest.mark.parametrize(("first", "last"), [(3, 9), (0, 13), (5, 5)])
def test_autocorrelation_loss(shapes, target_shapes, first, last, device):
    maps, target = random_maps(shapes, 1), random_maps(target_shapes, 2)
    lags = range(first, last + 1)
    if first == last:
        parameters = AutocorrelationParameters(minimum_lag=(first - 0.4) / FRAME_RATE, maximum_lag=last / FRAME_RATE)
    else:
        parameters = lag_range(first, last)
    expected = relative_squared_distance(
        [autocorrelation_by_loops(values, lags) for values in maps],
        [autocorrelation_by_loops(values, lags) for values in target],
    )
    loss = AutocorrelationLoss(tensors(target, device), parameters, FRAME_RATE)
    assert loss(tensors(maps, device)).item() == pytest.approx(expected, rel=1e-11)
    single = AutocorrelationLoss(tensors(target, device, torch.float32), parameters, FRAME_RATE)
    assert single(tensors(maps, device, torch.float32)).item() == pytest.approx(expected, rel=1e-5)


def test_the_papers_lags_are_50_to_500_frames_of_4_ms():
    assert lag_frames(AutocorrelationParameters(), FRAME_RATE) == (50, 500)
    maps, target = random_maps([(1, 620)], 1), random_maps([(1, 620)], 2)

    def statistics(values):
        return np.array([(values * np.roll(values, -lag, axis=1)).sum() / 620 for lag in range(50, 501)])

    expected = relative_squared_distance([statistics(maps[0])], [statistics(target[0])])
    loss = AutocorrelationLoss(tensors(target), AutocorrelationParameters(), FRAME_RATE)
    assert loss(tensors(maps)).item() == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(10, 19, 0.0), (10, 20, 1 / 2), (10, 21, 1.0), (11, 20, 1.0), (5, 15, 0.0)]
)
def test_both_ends_of_the_lag_range_count_and_nothing_beyond(first, last, expected):
    # Pulses of distance 10 in both; distance 20 in the target alone, 21 in the other alone; 29 to 40 lie beyond.
    target, maps = torch.zeros(2, 1, 60, dtype=torch.float64)
    target[0, [0, 10, 30]] = 1
    maps[0, [0, 10, 31]] = 1
    loss = AutocorrelationLoss([target], lag_range(first, last), FRAME_RATE)
    assert loss([maps]).item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("frames", [120, 121])
def test_autocorrelation_is_circular_and_blind_to_a_shift(frames):
    (values,) = random_maps([(4, frames)], 5)
    loss = AutocorrelationLoss(tensors([values]), lag_range(1, frames - 1), FRAME_RATE)
    assert loss(tensors([np.roll(values, 37, axis=1)])).item() < 1e-25
    assert loss(tensors([values[:, np.random.default_rng(6).permutation(frames)]])).item() > 1e-3


@pytest.mark.parametrize("period", [2, 7, 25])
def test_autocorrelation_of_a_pulse_train_peaks_at_its_period(period, device):
    train = torch.zeros(1, 8 * period, device=device)
    train[0, 3 % period :: period] = 2.0
    values = autocorrelation(train, 1, 2 * period - 1)[0]
    assert int(values.argmax()) + 1 == period
    # Eight pulses of height 2 in 8 * period frames.
    assert values[period - 1].item() == pytest.approx(4 / period, rel=1e-5)
    others = torch.cat([values[: period - 1], values[period:]])
    assert others.abs().max().item() < 1e-5


def test_too_few_frames_for_the_longest_lag():
    maps = tensors(random_maps([(2, 30), (2, 20)], 1))
    AutocorrelationLoss(maps, lag_range(2, 19), FRAME_RATE)
    with pytest.raises(ParameterError, match=r"autocorrelation\.maximum_lag.*20 frames.*has only 20"):
        AutocorrelationLoss(maps, lag_range(2, 20), FRAME_RATE)


# --- diversity ---


@pytest.mark.parametrize("shapes", [[(2, 9)], [(2, 12), (3, 12)], [(2, 12), (3, 9), (1, 5)]])
@pytest.mark.parametrize("seed", range(4))
def test_exact_diversity_loss(shapes, seed, device):
    frames = max(shape[1] for shape in shapes)
    maps, target = random_maps(shapes, seed), random_maps(shapes, 100 + seed)
    values = diversity_by_loops(maps, target, frames, range(frames))
    worst = max(values, key=values.get)
    loss = DiversityLoss(tensors(target, device), frames, DiversityParameters(shifts="exact"))
    assert loss(tensors(maps, device)).item() == pytest.approx(values[worst], rel=1e-11)
    assert loss.worst_shift == worst
    single = DiversityLoss(tensors(target, device, torch.float32), frames, DiversityParameters(shifts="exact"))
    assert single(tensors(maps, device, torch.float32)).item() == pytest.approx(values[worst], rel=1e-4)


def test_diversity_by_hand():
    # At shift 2 the 2 meets the 1: distance 1, energy 1. Elsewhere 4 + 1.
    target, maps = torch.tensor([[1.0, 0, 0, 0]]), torch.tensor([[0, 0, 2.0, 0]])
    loss = DiversityLoss([target], 4, DiversityParameters(shifts="exact"))
    assert loss([maps]).item() == 1.0
    assert loss.worst_shift == 2
    far = DiversityLoss([target], 4, DiversityParameters(shifts="comb", comb_spacing=4, comb_memory=0))
    assert far.comb_shifts() == [0]
    assert far([maps]).item() == pytest.approx(1 / 5)


@pytest.mark.parametrize("shifts", ["exact", "comb"])
def test_a_copy_has_a_large_finite_diversity_loss(shifts, device):
    maps = tensors(random_maps([(3, 60), (3, 50)], 1), device, torch.float32)
    value = DiversityLoss(maps, 60, DiversityParameters(shifts=shifts))(maps)
    assert 1e5 < value.item() < float("inf")


@pytest.mark.parametrize(("target_frames", "frames"), [(20, 33), (20, 21), (33, 20), (20, 19)])
def test_diversity_of_other_lengths_is_the_definition_over_every_stretch(target_frames, frames):
    target = random_maps([(3, target_frames), (2, target_frames - 4)], 1)
    maps = random_maps([(3, frames), (2, frames - 4)], 2)
    period = max(frames, target_frames)
    values = []
    for shift in range(period):
        energy = distance = 0.0
        for reference, feature_map in zip(target, maps, strict=True):
            longer, shorter = (feature_map, reference) if frames > target_frames else (reference, feature_map)
            padded = np.pad(longer, ((0, 0), (0, period - longer.shape[1])))
            stretch = np.roll(padded, -shift, axis=1)[:, : shorter.shape[1]]
            distance += np.square(stretch - shorter).sum()
            energy += np.square(reference if frames > target_frames else stretch).sum()
        values.append(energy / distance)
    loss = DiversityLoss(tensors(target), target_frames, DiversityParameters())
    assert loss(tensors(maps)).item() == pytest.approx(max(values), rel=1e-9)
    assert loss.worst_shift == int(np.argmax(values))


def test_diversity_finds_a_copy_within_a_long_synthesis():
    target = random_maps([(3, 20)], 1)
    synthesis = random_maps([(3, 60)], 2)
    loss = DiversityLoss(tensors(target), 20, DiversityParameters())
    before = loss(tensors(synthesis)).item()
    synthesis[0][:, 31:51] = target[0]
    assert loss(tensors(synthesis)).item() > 1e6 * before
    assert loss.worst_shift == 31


def test_comb_is_at_most_the_exact_value_and_equal_where_it_has_the_worst_shift(device):
    shapes, frames = [(3, 29), (2, 24)], 29
    target = random_maps(shapes, 50)
    comb = DiversityLoss(
        tensors(target, device), frames, DiversityParameters(shifts="comb", comb_spacing=6, comb_memory=3)
    )
    equal = below = 0
    for step in range(40):
        maps = random_maps(shapes, step)
        shifts = comb.comb_shifts()
        in_comb = diversity_by_loops(maps, target, frames, shifts)
        exact = DiversityLoss(tensors(target, device), frames, DiversityParameters(shifts="exact"))
        exact_value = exact(tensors(maps, device)).item()
        value = comb(tensors(maps, device)).item()
        assert value == pytest.approx(max(in_comb.values()), rel=1e-11)
        assert comb.worst_shift == max(in_comb, key=in_comb.get)
        if exact.worst_shift in shifts:
            assert value == exact_value
            equal += 1
        else:
            assert value < exact_value
            below += 1
        comb.advance()
    assert equal > 3
    assert below > 3


@pytest.mark.parametrize(("frames", "spacing"), [(200, 50), (223, 50), (30, 7), (50, 50), (30, 50), (1, 50)])
def test_the_comb_rotates_over_all_shifts(frames, spacing):
    """Every `spacing`-th frame, a different comb at each step, all shifts after `spacing` steps."""
    target = tensors(random_maps([(1, frames)], 1))
    parameters = DiversityParameters(shifts="comb", comb_spacing=spacing, comb_memory=0)
    loss = DiversityLoss(target, frames, parameters)
    seen = []
    for _ in range(spacing):
        shifts = loss.comb_shifts()
        assert len(shifts) > 0
        assert all(0 <= shift < frames for shift in shifts)
        assert all(b - a == spacing for a, b in itertools.pairwise(shifts))
        seen.extend(shifts)
        assert np.isfinite(loss(tensors(random_maps([(1, frames)], 2))).item())
        loss.advance()
    assert set(seen) == set(range(frames))
    if spacing <= frames:
        assert len(seen) == frames


def test_the_comb_remembers_the_worst_shifts_of_the_last_ten_steps():
    frames, spacing, memory = 200, 50, 10
    target = random_maps([(3, frames)], 1)
    loss = DiversityLoss(tensors(target), frames, DiversityParameters(shifts="comb"))
    worst = []
    for step in range(35):
        shifts = loss.comb_shifts()
        remembered = set(worst[-memory:])
        assert remembered <= set(shifts)
        rest = sorted(set(shifts) - remembered)
        assert {shift % spacing for shift in rest} == {rest[0] % spacing}
        assert len(set(shifts)) == len(shifts) <= frames // spacing + memory
        # A copy of the target, moved by a shift that stands in this step's comb alone.
        own = rest[step % len(rest)]
        loss(tensors([np.roll(target[0], own, axis=1)]))
        assert loss.worst_shift == own
        worst.append(own)
        loss.advance()
    assert len(set(worst)) == 35


# --- gradients ---


def gradcheck(loss, shapes, seed):
    maps = [values.requires_grad_(True) for values in tensors(random_maps(shapes, seed))]
    assert torch.autograd.gradcheck(lambda *inputs: loss(list(inputs)), maps, eps=1e-6, atol=1e-7, rtol=1e-5)


@pytest.mark.parametrize("shapes", [[(3, 13)], [(3, 13), (2, 8)]])
@pytest.mark.parametrize("name", ["gram", "autocorrelation", "all lags", "exact diversity", "comb diversity"])
def test_gradients(name, shapes):
    target = tensors(random_maps(shapes, 7))
    loss = {
        "gram": lambda: GramLoss(target),
        "autocorrelation": lambda: AutocorrelationLoss(target, lag_range(2, 6), FRAME_RATE),
        "all lags": lambda: AutocorrelationLoss(target, lag_range(0, 7), FRAME_RATE),
        "exact diversity": lambda: DiversityLoss(target, 13, DiversityParameters(shifts="exact")),
        "comb diversity": lambda: DiversityLoss(target, 13, DiversityParameters(shifts="comb", comb_spacing=4)),
    }[name]()
    gradcheck(loss, shapes, 8)
