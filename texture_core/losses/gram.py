"""The Gram loss: distance of the time-averaged correlations of filters."""

import copy

import torch

from texture_core.losses.geodesic import bures_geodesic

# Rows computed at a time on a CPU, where the lower triangle is then copied (measured: 128 to 256).
_ROWS = 128


def gram_matrix(feature_map):
    """Compute G = F Fᵀ / T (paper, eq. 2; Gatys et al. 2015), (filters, filters), of a map (filters, frames)."""
    return _Gram.apply(feature_map)


class _Gram(torch.autograd.Function):
    # Custom gradient: F appears twice, and one product suffices for both.
    @staticmethod
    def forward(feature_map):
        return _product_with_itself(feature_map).div_(feature_map.shape[1])

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        (feature_map,) = ctx.saved_tensors
        return ((gradient + gradient.T) @ feature_map).div_(feature_map.shape[1])


def _product_with_itself(feature_map):
    filters = feature_map.shape[0]
    if feature_map.is_cuda or filters <= _ROWS:
        return feature_map @ feature_map.T
    product = feature_map.new_empty(filters, filters)
    for first in range(0, filters, _ROWS):
        end = min(first + _ROWS, filters)
        torch.mm(feature_map[first:end], feature_map[first:].T, out=product[first:end, first:])
        product[end:, first:end] = product[first:end, end:].T
    return product


class GramLoss:
    """Squared distance of the Gram matrices, relative to the target's (paper, eq. 3).

    L = sum_k ‖G_k - G̃_k‖² / sum_k ‖G̃_k‖², over networks k. The number of frames may differ from the target's.

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.
    """

    def __init__(self, target):
        self._compare_with([gram_matrix(feature_map) for feature_map in target])

    def _compare_with(self, target):
        self._target = target
        self._energy = sum(gram.square().sum() for gram in target)

    def toward(self, other, position):
        """Return a loss with Gram matrices interpolated between this, 0, and the other `GramLoss`, 1."""
        loss = copy.copy(self)
        loss._compare_with([bures_geodesic(a, b, position) for a, b in zip(self._target, other._target, strict=True)])
        return loss

    def __call__(self, feature_maps):
        """Compute the loss, a scalar tensor, of feature maps (filters, frames)."""
        return self.combine(torch.stack([self.part(*item) for item in enumerate(feature_maps)]).sum())

    def part(self, index, feature_map):
        """Compute ‖G_k - G̃_k‖² of network k; see `texture_core.losses.by_network`."""
        return (gram_matrix(feature_map) - self._target[index]).square().sum()

    def combine(self, total):
        """Compute the loss from the sum of `part` over networks."""
        return total / self._energy
