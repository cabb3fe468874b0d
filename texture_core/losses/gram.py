"""The Gram loss: which filters are active together, averaged over time."""

import torch


def gram_matrix(feature_map):
    """G = F Fᵀ / T (paper, eq. 2; Gatys et al. 2015), (filters, filters), for a feature map (filters, frames)."""
    return _Gram.apply(feature_map)


class _Gram(torch.autograd.Function):
    # Its own gradient, because F appears twice and one product serves both.
    @staticmethod
    def forward(feature_map):
        return feature_map @ feature_map.T / feature_map.shape[1]

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        (feature_map,) = ctx.saved_tensors
        return (gradient + gradient.T) @ feature_map / feature_map.shape[1]


class GramLoss:
    """Squared distance of the Gram matrices, relative to the target's (paper, eq. 3).

    L = sum_k ‖G_k - G̃_k‖² / sum_k ‖G̃_k‖², over networks k. Lengths may differ: a Gram matrix is a mean over frames.

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.
    """

    def __init__(self, target):
        self._target = [gram_matrix(feature_map) for feature_map in target]
        self._energy = sum(gram.square().sum() for gram in self._target)

    def __call__(self, feature_maps):
        """The loss, a scalar tensor, of feature maps (filters, frames)."""
        distances = [
            (gram_matrix(feature_map) - target).square().sum()
            for feature_map, target in zip(feature_maps, self._target, strict=True)
        ]
        return torch.stack(distances).sum() / self._energy
