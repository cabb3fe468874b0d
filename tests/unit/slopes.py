"""Gradients against finite differences."""

import numpy as np
import pytest
import torch


def assert_slopes(function, point, gradient):
    """That a gradient at a point is that of a function of it, in three directions."""
    for seed in range(3):
        direction = torch.from_numpy(np.random.default_rng(seed).normal(size=point.shape)).to(point.device)
        ahead, behind = (float(function(point.detach() + sign * 1e-6 * direction)) for sign in (1, -1))
        assert (gradient * direction).sum().item() == pytest.approx((ahead - behind) / 2e-6, rel=1e-5, abs=1e-9)
