"""Projected L-BFGS whose first guess of the curvature comes from the spectrogram itself."""

import torch
from scipy.fft import next_fast_len

from texture_core.optimizers import projected_lbfgs

RESUMABLE = True
BOUNDED_ABOVE = True
# Of 0.1, 0.3 and 1 the best on three recordings; so are the others of 1, 10 and 30, and of 0, 1/4, 1/2 and 1.
_FRAME_OFFSET = 0.3
_MODULATION_OFFSET = 10.0
_BIN_EXPONENT = 0.25


def minimize(function, start, **options):
    """Minimise a function of a spectrogram (bins, frames) whose elements stay at or above 0.

    Arguments and result are those of `projected_lbfgs.minimize`; so is the method, with `conditioning` in place of the
    identity matrix. Start near: noise ends in bursts, because loud frames gain more (docs/performance.md). And give it
    the recording's largest log magnitude as ``highest``: what loud frames gain is otherwise put, in part, into a few
    bins at the ends, which few kernels see, at many thousand times what they should be.
    """
    return projected_lbfgs.minimize(function, start, conditioning=conditioning, **options)


def conditioning(log_magnitude):
    """How far each direction may be gone relative to others, guessed from a spectrogram.

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
    The statistics are of second order in the features, so what a change does grows with what is there. Three factors
    follow from that, each with an offset that bounds it:

    * frames: a loud frame may change more than a silent one;
    * modulations: the autocorrelation changes with the power at each modulation frequency, most of all at 0, where
      the curvature is therefore largest and the step has to be smallest;
    * bins: what bins have in common may change more than differences between them that no frame shows.

    With C the mean of the products of bins over its mean diagonal, w the frames' means over the overall mean and p the
    power of each modulation frequency, of the spectrogram without its frames' weights, over its mean, the matrix is
    (C + 1)^¼ ⊗ W^½ F* (p + 10)⁻¹ F W^½ with W = diag(w + 0.3), F the Fourier transform over frames.
    """
    frames = log_magnitude.shape[1]
    tiny = torch.finfo(log_magnitude.dtype).tiny
    frame_weight = (log_magnitude.mean(dim=0) / log_magnitude.mean().clamp_min(tiny) + _FRAME_OFFSET).sqrt()
    # Zeros beyond the end make the length one that is quick to transform.
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
