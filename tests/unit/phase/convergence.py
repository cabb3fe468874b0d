"""How near the magnitudes of a sound come to those that it was made from."""

import math

import torch


def spectral_convergence(samples, magnitude, transform):
    """How far the magnitudes of some samples are from given ones: ‖\\|S\\| - M‖ / ‖M‖ in dB; lower is better."""
    distance = torch.linalg.vector_norm(transform.forward(samples).abs() - magnitude)
    return 20 * math.log10(float(distance / torch.linalg.vector_norm(magnitude)))
