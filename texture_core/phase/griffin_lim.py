"""Griffin-Lim phase recovery by alternating projections (Griffin & Lim 1984), the paper's inversion."""

import torch


def recover(magnitude, phase, transform, iterations, progress=None):
    """Find samples whose spectrogram has given magnitudes.

    Parameters
    ----------
    magnitude : torch.Tensor
        (bins, frames), at least 0.
    phase : torch.Tensor
        (bins, frames), complex of modulus 1: initial phases.
    transform : Transform
    iterations : int
        At least 0; each is one inverse and one forward transform.
    progress : callable, optional
        Called with (iteration,) after each iteration.

    Returns
    -------
    torch.Tensor
        ((frames - 1) * hop_length,).
    """
    tiny = torch.finfo(magnitude.dtype).tiny
    for iteration in range(iterations):
        rebuilt = transform.forward(transform.inverse(magnitude * phase))
        phase = rebuilt / rebuilt.abs().clamp_min(tiny)
        if progress:
            progress(iteration + 1)
    return transform.inverse(magnitude * phase)
