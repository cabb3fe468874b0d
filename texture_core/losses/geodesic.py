"""Interpolation of statistics between two textures along optimal-transport geodesics.

Linearly interpolated second moments are those of a sound that alternates between the two textures, and an optimisation
then finds such a sound. Along optimal-transport geodesics the amplitudes are interpolated instead, as in a blend (Xia,
Ferradans, Peyré & Aujol 2014; for features of networks Vacher, Davila, Kohn & Coen-Cagli 2020).
"""

import torch


def bures_geodesic(first, second, position):
    """Interpolate second moments along the geodesic of the Bures-Wasserstein distance.

    Parameters
    ----------
    first, second : torch.Tensor
        (n, n), symmetric and positive semidefinite.
    position : float
        From 0, the first, to 1, the second.

    Returns
    -------
    torch.Tensor
        (n, n), M Mᵀ with M = (1 - position) R + position S Q, where R and S are the matrix square roots and Q is the
        rotation that brings S nearest to R.
    """
    roots = [_square_root(moments.double()) for moments in (first, second)]
    left, _, right = torch.linalg.svd(roots[1] @ roots[0])
    between = torch.lerp(roots[0], roots[1] @ left @ right, position)
    return (between @ between.T).to(first.dtype)


def root_interpolation(first, second, position):
    """Interpolate the square roots of nonnegative values, such as autocorrelations of features.

    Where features are uncorrelated, the autocorrelation is the square of their mean, and the mean is interpolated.

    Parameters
    ----------
    first, second : torch.Tensor
        Tensors of the same shape; negative values from rounding are set to 0.
    position : float
        From 0, the first, to 1, the second.
    """
    return torch.lerp(first.clamp_min(0).sqrt(), second.clamp_min(0).sqrt(), position).square()


def _square_root(moments):
    values, vectors = torch.linalg.eigh(moments)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T
