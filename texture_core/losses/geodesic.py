"""Statistics between those of two textures, such as a sound has that is between them at each instant.

Interpolated linearly, second moments are those of a sound that is the one texture for a share of the time and the other
for the rest, and this is what an optimisation then finds. On the geodesics of optimal transport the amplitudes are
interpolated instead, as those of a blend are (Xia, Ferradans, Peyré & Aujol 2014; for features of networks Vacher,
Davila, Kohn & Coen-Cagli 2020).
"""

import torch


def bures_geodesic(first, second, position):
    """Second moments between two, on the geodesic of the Bures-Wasserstein distance.

    Parameters
    ----------
    first, second : torch.Tensor
        (n, n), symmetric and positive semidefinite.
    position : float
        From 0, the first, to 1, the second.

    Returns
    -------
    torch.Tensor
        (n, n), M Mᵀ with M = (1 - position) R + position S Q, where R and S are the square roots of both and Q is the
        rotation that brings S nearest to R.
    """
    roots = [_square_root(moments.double()) for moments in (first, second)]
    left, _, right = torch.linalg.svd(roots[1] @ roots[0])
    between = torch.lerp(roots[0], roots[1] @ left @ right, position)
    return (between @ between.T).to(first.dtype)


def root_interpolation(first, second, position):
    """Interpolate values of at least 0, such as autocorrelations of features that are, by their square roots.

    Where features at two instants have nothing to do with each other, their autocorrelation is the square of their
    mean, and what is interpolated is the mean.

    Parameters
    ----------
    first, second : torch.Tensor
        Of one shape; below 0, where rounding leaves them, they count as 0.
    position : float
        From 0, the first, to 1, the second.
    """
    return torch.lerp(first.clamp_min(0).sqrt(), second.clamp_min(0).sqrt(), position).square()


def _square_root(moments):
    values, vectors = torch.linalg.eigh(moments)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T
