"""The diversity loss against loops, and its comb against all shifts."""

import itertools

import numpy as np
import pytest
import torch
from maps import random_maps, tensors

from texture_core.losses.diversity import DiversityLoss
from texture_core.parameters.method import DiversityParameters


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
