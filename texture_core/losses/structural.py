"""Sendik & Cohen-Or's structural matrix in one dimension: each filter's linear (not circular) autocorrelation."""

import torch
from scipy.fft import next_fast_len

from texture_core.errors import ParameterError


def structural_matrix(feature_map, lags):
    """R[μ, τ] = sum over t of F[μ, t] F[μ, t + τ], over frames - τ (Sendik & Cohen-Or 2017, in one dimension).

    Parameters
    ----------
    feature_map : torch.Tensor
        (filters, frames).
    lags : int
        Number of lags from 0; at most the number of frames. Negative lags give the same values.

    Returns
    -------
    torch.Tensor
        (filters, lags).
    """
    frames = feature_map.shape[1]
    length = next_fast_len(frames + lags, real=True)
    spectrum = torch.fft.rfft(feature_map, n=length, dim=1)
    power = spectrum.real.square() + spectrum.imag.square()
    support = frames - torch.arange(lags, device=feature_map.device)
    return torch.fft.irfft(power, n=length, dim=1)[:, :lags] / support


class StructuralLoss:
    """Squared distance of the structural matrices, relative to the target's, over lags up to half of each map.

    Longer lags would be means over few frames. L = sum_k ‖R_k - R̃_k‖² / sum_k ‖R̃_k‖², over maps k.

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each; a synthesis must have at least half as many frames.
    """

    def __init__(self, target):
        self._lags = [feature_map.shape[1] // 2 + 1 for feature_map in target]
        self._target = self._matrices(target)
        self._energy = sum(matrix.square().sum() for matrix in self._target)

    def __call__(self, feature_maps):
        """Compute the loss, a scalar tensor, of feature maps (filters, frames).

        Raises
        ------
        ParameterError
            If the feature maps are shorter than half of the target's.
        """
        if any(values.shape[1] < lags for values, lags in zip(feature_maps, self._lags, strict=True)):
            raise ParameterError(
                "losses.structural: needs a synthesis at least half as long as its target; remove this loss"
            )
        matrices = self._matrices(feature_maps)
        distances = [(a - b).square().sum() for a, b in zip(matrices, self._target, strict=True)]
        return torch.stack(distances).sum() / self._energy

    def _matrices(self, feature_maps):
        return [structural_matrix(values, lags) for values, lags in zip(feature_maps, self._lags, strict=True)]


def create(target, frames, frame_rates, parameters):
    """Build the loss that a configuration names ``structural``; see `StructuralLoss`."""
    return StructuralLoss(target)
