"""Fast Griffin-Lim: Griffin-Lim with momentum (Perraudin, Balazs & Søndergaard 2013)."""

import torch

# The authors' recommendation.
_MOMENTUM = 0.99


def recover(magnitude, phase, transform, iterations, progress=None):
    """Find samples whose spectrogram has given magnitudes. See `griffin_lim.recover` for arguments and result."""
    tiny = torch.finfo(magnitude.dtype).tiny
    previous = torch.zeros_like(phase)
    for iteration in range(iterations):
        rebuilt = transform.forward(transform.inverse(magnitude * phase))
        extrapolated = rebuilt + _MOMENTUM * (rebuilt - previous)
        phase = extrapolated / extrapolated.abs().clamp_min(tiny)
        previous = rebuilt
        if progress:
            progress(iteration + 1)
    return transform.inverse(magnitude * phase)
