"""The limit of infinitely many filters, towards targets of any length."""

import torch

from texture_core.features.limit import create
from texture_core.losses.gram_limit import GramLimitLoss
from texture_core.parameters.limits import LONG_FRAMES
from texture_core.parameters.method import FeatureParameters

PARAMETERS = FeatureParameters(type="limit", kernel_widths=(2, 8), options={"stride": 2})


def noise(frames, seed=0):
    """It grows by 12 dB."""
    generator = torch.Generator().manual_seed(seed)
    level = torch.logspace(-0.3, 0.3, frames)
    return level * torch.randn(6, frames, generator=generator).square()


def loss_towards(target):
    return create(PARAMETERS, 6, 0).gram_loss([target], 1.0)


def test_all_of_a_short_target_counts():
    target, view = noise(LONG_FRAMES), noise(300, seed=1)
    assert loss_towards(target)([view]).item() == GramLimitLoss(target, (2, 8), 2)(view).item()


def test_parts_of_a_long_target_stand_for_all_of_it():
    target, view = noise(4 * LONG_FRAMES), noise(300, seed=1)
    whole = GramLimitLoss(target, (2, 8), 2)
    expected = whole(view).item()
    # Far nearer than its own start, as long as the parts are together.
    at_start = GramLimitLoss(target[:, :LONG_FRAMES], (2, 8), 2)(view).item()
    assert abs(loss_towards(target)([view]).item() - expected) < 0.2 * abs(at_start - expected)


def test_the_parts_are_the_same_each_time():
    target, view = noise(LONG_FRAMES + 1), noise(300, seed=1)
    assert loss_towards(target)([view]).item() == loss_towards(target)([view]).item()
