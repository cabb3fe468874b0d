"""Sendik & Cohen-Or's diversity term: rewards distance from the target, at shift 0 only."""

import torch

from texture_core.errors import ParameterError


class SendikLoss:
    """L = -sum‖F - F̃‖² / sum‖F̃‖² (paper, eq. 6; Sendik & Cohen-Or 2017).

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.

    Notes
    -----
    Equation 6 has no denominator; here it makes the weight independent of length and level. The term alone is unbounded
    below as the features grow. The sum is bounded, because the Gram term grows with their fourth power. But the sum
    favours a level that is too high: for features of the right shape with gain a and normalised correlation ρ with the
    target's, it is (a² - 1)² - w (a² + 1 - 2 ρ a), which is minimal near a² = 1 + w (1 - ρ) / 2. So weights much above
    0.1 change the level audibly. Negative weights are rejected, as for every loss.

    A shifted copy scores as well as a new texture (the paper's Figure 1 plots the term over the shift).
    """

    def __init__(self, target):
        self._target = target
        self._energy = sum(feature_map.square().sum() for feature_map in target)

    def __call__(self, feature_maps):
        """Compute the loss, a scalar tensor at or below 0.

        Raises
        ------
        ParameterError
            If the feature maps are not as long as the target's.
        """
        if any(a.shape != b.shape for a, b in zip(feature_maps, self._target, strict=True)):
            raise ParameterError("losses.sendik: needs a synthesis as long as its target; remove this loss")
        distances = [(a - b).square().sum() for a, b in zip(feature_maps, self._target, strict=True)]
        return -torch.stack(distances).sum() / self._energy


def create(target, frames, frame_rates, parameters):
    """Build the loss that a configuration names ``sendik``; see `SendikLoss`."""
    return SendikLoss(target)
