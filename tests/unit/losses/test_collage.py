"""The collage loss: pieces that stand in the target count, wherever they stand, unless the target repeats itself."""

import numpy as np
import pytest
import torch
from slopes import assert_slopes

from texture_core.audio.segments import SEGMENT_SECONDS, best_correlations, standardize
from texture_core.losses import collage
from texture_core.losses.collage import CollageLoss

FRAME_RATE = 80.0
LENGTH = 20


def rows(frames, seed, bins=12):
    """Log magnitudes that change slowly, so that pieces have a shape of their own."""
    noise = np.random.default_rng(seed).normal(size=(bins, frames + 8))
    return torch.from_numpy(np.abs(np.apply_along_axis(np.convolve, 1, noise, np.ones(9) / 3, "valid")))


TARGET = rows(400, 0)


def value(synthesis, target=TARGET):
    return CollageLoss(target, FRAME_RATE)([synthesis]).item()


def test_pieces_in_any_order_are_copies_and_others_are_not():
    shuffled = torch.cat([TARGET[:, place : place + 2 * LENGTH] for place in (310, 17, 205, 120)], dim=1)
    other = rows(160, 1)
    assert value(shuffled) > 0.05
    assert value(other) < 0.02 * value(shuffled)
    half = torch.cat([shuffled[:, :80], other[:, :80]], dim=1)
    assert value(half) == pytest.approx(value(shuffled) / 2, rel=0.3)


def test_its_correlations_are_those_of_the_score():
    synthesis = rows(160, 1)
    assert collage.SEGMENT_SECONDS == SEGMENT_SECONDS
    loss = CollageLoss(TARGET, FRAME_RATE)
    found = loss._correlations(loss._standardized(synthesis)).amax(dim=1)[:: LENGTH // loss._step]
    expected = best_correlations(*standardize(TARGET.numpy(), synthesis.numpy()), LENGTH)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_its_gradient_is_that_of_finite_differences():
    loss = CollageLoss(TARGET, FRAME_RATE)
    synthesis = (TARGET[:, 100:200] + 0.5 * rows(100, 1)).requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss([synthesis]), synthesis)
    assert gradient.abs().max() > 0
    assert_slopes(lambda point: loss([point]), synthesis, gradient)


def test_what_the_target_repeats_may_be_repeated():
    assert CollageLoss(TARGET, FRAME_RATE).limit < 0.7
    repeating = TARGET[:, :50].repeat(1, 8)
    assert CollageLoss(repeating, FRAME_RATE).limit == pytest.approx(1, abs=1e-6)
    assert value(repeating, repeating) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("target", "synthesis"), [(LENGTH, 400), (2 * LENGTH - 1, 400), (2049, 400), (400, LENGTH - 1)]
)
def test_what_is_too_short_or_too_long_costs_nothing(target, synthesis):
    variable = TARGET[:, :synthesis].clone().requires_grad_(True)
    found = CollageLoss(TARGET.repeat(1, 6)[:, :target], FRAME_RATE)([variable])
    assert found.item() == 0
    assert torch.equal(torch.autograd.grad(found, variable)[0], torch.zeros_like(variable))


def test_silence_is_no_copy_and_has_a_gradient():
    silence = torch.zeros(12, 100, dtype=torch.float64, requires_grad=True)
    loss = CollageLoss(torch.zeros(12, 400, dtype=torch.float64), FRAME_RATE)([silence])
    assert torch.isfinite(torch.autograd.grad(loss, silence)[0]).all()
