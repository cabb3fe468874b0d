"""The Gram loss of infinitely many filters, against finite differences, a naive computation and finite ensembles."""

import math
from itertools import pairwise

import pytest
import torch
from slopes import assert_slopes

from texture_core.errors import ParameterError
from texture_core.features.ensemble import Ensemble
from texture_core.losses.gram import GramLoss
from texture_core.losses.gram_limit import GramLimitLoss
from texture_core.parameters.method import FeatureParameters


def views(frames=(90, 75), rows=5, device="cpu"):
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(rows, count, dtype=torch.float64, generator=generator).to(device) for count in frames]


def naive(target, view, widths, stride, loudness):
    """The definition, patch by patch."""

    def kernels(one, other):
        norm, other_norm = one.norm(dim=1)[:, None], other.norm(dim=1)[None]
        angle = torch.acos((one @ other.T / (norm * other_norm)).clamp(-1, 1))
        shape = (angle.sin() + (math.pi - angle) * angle.cos()) / math.pi
        return ((norm * other_norm / width) ** loudness * shape).square().mean()

    total = energy = 0
    parts = target if target.dim() == 3 else [target]
    for width in widths:
        x, y = (
            torch.stack(
                [
                    part[:, t : t + width].reshape(-1)
                    for part in side
                    for t in range(0, part.shape[1] // stride * stride - width + 1, stride)
                ]
            )
            for side in ([view], parts)
        )
        total += kernels(x, x) - 2 * kernels(x, y) + kernels(y, y)
        energy += kernels(y, y)
    return (total / energy).item()


CASES = [((2, 4, 8, 16), 2, 1.0), ((2, 4), 1, 0.0), ((8,), 2, 0.5), ((1, 2, 4, 8, 16, 32), 1, 1.0), ((4, 16), 4, 0.0)]


@pytest.mark.parametrize(("widths", "stride", "loudness"), CASES)
def test_it_is_what_its_definition_says(widths, stride, loudness, device):
    target, view = views(device=device)
    loss = GramLimitLoss(target, widths, stride, loudness)
    assert loss(view).item() == pytest.approx(naive(target, view, widths, stride, loudness), rel=1e-9)
    assert loss(target).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("widths", "stride", "loudness"), CASES)
def test_no_patch_is_of_two_parts_of_the_target(widths, stride, loudness, device):
    target, view = views((3 * 45, 75), device=device)
    parts = target.unflatten(1, (3, 45)).movedim(1, 0)
    loss = GramLimitLoss(parts, widths, stride, loudness)
    assert loss(view).item() == pytest.approx(naive(parts, view, widths, stride, loudness), rel=1e-9)
    variable = view.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss(variable), variable)
    assert_slopes(loss, view, gradient)


@pytest.mark.parametrize(("widths", "stride", "loudness"), CASES)
def test_its_gradient_is_that_of_finite_differences(widths, stride, loudness, device):
    target, view = views(device=device)
    loss = GramLimitLoss(target, widths, stride, loudness)
    variable = view.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(3 * loss(variable), variable)
    assert_slopes(lambda point: 3 * loss(point), view, gradient)


@pytest.mark.parametrize(("block", "count"), [("_BLOCK", 300), ("_PATCHES", 7), ("_PATCHES", 20), ("_PATCHES", 74)])
@pytest.mark.parametrize(("widths", "stride", "loudness"), CASES)
def test_blocks_do_not_matter(widths, stride, loudness, block, count, monkeypatch):
    """Also where the last patches of some width are all in one block, and the next block has none."""
    target, view = views()
    whole = GramLimitLoss(target, widths, stride, loudness).value_and_gradient(view)
    monkeypatch.setattr(f"texture_core.losses.gram_limit.{block}", count)
    value, gradient = GramLimitLoss(target, widths, stride, loudness).value_and_gradient(view)
    assert value == pytest.approx(whole[0], rel=1e-12)
    torch.testing.assert_close(gradient, whole[1])


def test_more_filters_come_nearer():
    """It is the oracle of the finite ensemble: the gradients' angle falls as one over the root of their number."""
    widths = (1, 4)
    target, view = (side.float() for side in views((50, 40), rows=8))
    view = 2 * view * target.mean(dim=1, keepdim=True)
    value, gradient = GramLimitLoss(target, widths, 1).value_and_gradient(view)
    angles = []
    for filters in (512, 2048, 8192):
        features = FeatureParameters(kernel_widths=widths, filters=filters)
        own = []
        for seed in range(4 if filters < 8192 else 2):
            ensemble = Ensemble(features, 8, seed)
            loss = GramLoss(ensemble(target))
            variable = view.clone().requires_grad_(True)
            finite = loss(ensemble(variable))
            assert finite.item() == pytest.approx(value, rel=4 / math.sqrt(filters))
            (finite_gradient,) = torch.autograd.grad(finite, variable)
            cosine = torch.cosine_similarity(finite_gradient.flatten(), gradient.flatten(), dim=0)
            own.append(math.acos(cosine.item()))
        angles.append(sum(own) / len(own))
    assert angles[-1] < 0.05
    # Four times as many filters, half the angle.
    for before, after in pairwise(angles):
        assert after / before == pytest.approx(0.5, abs=0.2)


def test_silence_has_a_gradient(device):
    target = torch.rand(5, 40, device=device)
    value, gradient = GramLimitLoss(target, (2, 4), 2).value_and_gradient(torch.zeros(5, 40, device=device))
    assert value == pytest.approx(1, abs=1e-3)
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("widths", "stride", "message"),
    [
        ((2, 6), 2, "the stride of 2 frames times a power of two, found 6"),
        ((1, 2), 2, "found 1"),
        ((2, 128), 1, "128 frames, but the spectrogram has only 90"),
    ],
)
def test_widths_that_it_cannot_have(widths, stride, message):
    with pytest.raises(ParameterError, match=f"features.kernel_widths: .*{message}"):
        GramLimitLoss(views()[0], widths, stride)
