"""Sendik & Cohen-Or's diversity term: the farther from the target, the better, at no shift but 0."""

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
    Equation 6 has no denominator; here it makes a weight mean the same at every length and level. By itself the term
    falls without end as the features grow. In the sum it does not: the Gram term, always part of it, grows with their
    fourth power. But it pays to be too loud: with features of the right shape at a gain a, whose correlation with the
    target's (over the product of norms) is ρ, the sum is (a² - 1)² - w (a² + 1 - 2 ρ a), least at about
    a² = 1 + w (1 - ρ) / 2. So weights much above 0.1 are heard as level. Negative weights, which would pull towards the
    original, are refused as they are for every loss.
    A shifted copy is as good to this term as a new texture is (the paper's Figure 1 shows it against the shift).
    """

    def __init__(self, target):
        self._target = target
        self._energy = sum(feature_map.square().sum() for feature_map in target)

    def __call__(self, feature_maps):
        """The loss, a scalar tensor at or below 0.

        Raises
        ------
        ParameterError
            If the feature maps are not as long as the target's.
        """
        if any(a.shape != b.shape for a, b in zip(feature_maps, self._target, strict=True)):
            raise ParameterError("losses.sendik: it needs a synthesis as long as its target; leave it out")
        distances = [(a - b).square().sum() for a, b in zip(feature_maps, self._target, strict=True)]
        return -torch.stack(distances).sum() / self._energy


def create(target, frames, frame_rates, parameters):
    """Build the loss that a configuration names ``sendik``; see `SendikLoss`."""
    return SendikLoss(target)
