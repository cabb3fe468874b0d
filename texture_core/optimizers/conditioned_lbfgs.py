"""Projected L-BFGS with an initial inverse Hessian estimated from the spectrogram."""

import torch
from scipy.fft import next_fast_len

from texture_core.optimizers import projected_lbfgs

RESUMABLE = True
BOUNDED_ABOVE = True
HAS_TOLERANCES = True
# The best on three recordings: of 0.1, 0.3 and 1; of 1, 10 and 30; of 0, 1/4, 1/2 and 1.
_FRAME_OFFSET = 0.3
_MODULATION_OFFSET = 10.0
_BIN_EXPONENT = 0.25


def minimize(function, start, **options):
    """Minimise a function of a nonnegative spectrogram (bins, frames).

    Same as `projected_lbfgs.minimize`, with `conditioning` instead of the identity matrix. Use the surrogate start:
    from noise the result has bursts, because loud frames change faster (docs/performance.md). Pass the largest log
    magnitude of the recording as ``highest``: otherwise some energy of loud frames goes to a few bins in the first and
    last frames, which few kernels cover, at many thousand times their proper values.
    """
    return projected_lbfgs.minimize(function, start, conditioning=conditioning, **options)


def conditioning(log_magnitude):
    """Estimate an inverse Hessian, up to a factor, from a spectrogram.

    Parameters
    ----------
    log_magnitude : torch.Tensor
        (bins, frames), at least 0.

    Returns
    -------
    callable
        Multiplies a tensor (bins, frames) by a symmetric positive definite matrix.

    Notes
    -----
    The statistics are of second order in the features, so the effect of a change grows with the magnitudes. This gives
    three factors, each bounded by an offset:

    * frames: loud frames may change more than silent ones;
    * modulations: the autocorrelation changes with the power at each modulation frequency. The power, and so the
      curvature, is largest at 0, where the step has to be smallest;
    * bins: common changes of correlated bins may be larger than differences between them.

    With C the mean of the products of bins over its mean diagonal, w the frames' means over the overall mean and p the
    power of each modulation frequency, of the spectrogram without its frames' weights, over its mean, the matrix is
    (C + 1)^¼ ⊗ W^½ F* (p + 10)⁻¹ F W^½ with W = diag(w + 0.3), F the Fourier transform over frames.
    """
    frames = log_magnitude.shape[1]
    tiny = torch.finfo(log_magnitude.dtype).tiny
    frame_weight = (log_magnitude.mean(dim=0) / log_magnitude.mean().clamp_min(tiny) + _FRAME_OFFSET).sqrt()
    # Zero-padding to a length with a fast transform.
    length = next_fast_len(frames, real=True)
    spectrum = torch.fft.rfft(log_magnitude / frame_weight, n=length, dim=1)
    power = spectrum.abs().square().sum(dim=0)
    mean_power = power[1:].sum() / max(len(power) - 1, 1)
    modulation_weight = 1 / (power / mean_power.clamp_min(tiny) + _MODULATION_OFFSET)
    products = log_magnitude.double() @ log_magnitude.double().T
    products = products / products.diagonal().mean().clamp_min(tiny)
    products.diagonal().add_(1.0)
    values, vectors = torch.linalg.eigh(products)
    bin_matrix = ((vectors * values**_BIN_EXPONENT) @ vectors.T).to(log_magnitude.dtype)

    def apply(tensor):
        spectrum = torch.fft.rfft(tensor * frame_weight, n=length, dim=1)
        return bin_matrix @ (torch.fft.irfft(spectrum * modulation_weight, n=length, dim=1)[:, :frames] * frame_weight)

    return apply
