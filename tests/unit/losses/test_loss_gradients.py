"""The gradients of the losses against differences."""

import pytest
from maps import FRAME_RATE, gradcheck, lag_range, random_maps, tensors

from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.parameters.method import DiversityParameters


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
