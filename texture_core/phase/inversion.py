"""Inversion of a log spectrogram to samples."""

import math

import torch

from texture_core import registry
from texture_core.audio.recording import rms
from texture_core.errors import ParameterError
from texture_core.phase.initial_phase import initial_phase
from texture_core.runtime.devices import resolve_device
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.transform import Transform


def invert(
    spectrogram,
    parameters,
    *,
    seed,
    texture="texture",
    setting="setting",
    device="cpu",
    threads=None,
    target_rms=None,
    progress=None,
):
    """Recover samples from log magnitudes.

    Parameters
    ----------
    spectrogram : Spectrogram
    parameters : InversionParameters
    seed, texture, setting
        Seed and labels of the initial phases.
    device : {'auto', 'cpu', 'cuda'}
    threads : int, optional
        Number of CPU threads of torch.
    target_rms : float, optional
        RMS of the result with ``match_rms``; inversion alone is off by about 1 dB. Ignored with
        ``match_log_magnitude``.
    progress : callable, optional
        Called with (iteration,) after each iteration.

    Returns
    -------
    numpy.ndarray
        ((frames - 1) * hop_length,), float32.

    Raises
    ------
    ParameterError
        If the spectrogram is too short to invert.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    samples = _recover(spectrogram, parameters, seed, texture, setting, device, progress)
    if parameters.match_log_magnitude:
        return samples * samples.dtype.type(_nearest_gain(samples, spectrogram))
    level = rms(samples)
    if parameters.match_rms and target_rms is not None and level > 0:
        samples = samples * samples.dtype.type(target_rms / level)
    return samples


def _nearest_gain(samples, spectrogram):
    """Find the gain, from 1/4 to 4, that brings the samples' log magnitudes nearest to the spectrogram's."""
    # Slow to import compared with a short inversion, and rarely used.
    from scipy.optimize import minimize_scalar

    wanted = torch.from_numpy(spectrogram.log_magnitude)
    samples = torch.from_numpy(samples)
    magnitude = Transform.like(samples, spectrogram.n_fft, spectrogram.hop_length).forward(samples).abs()

    def distance(log_gain):
        return (torch.log1p(math.exp(log_gain) * magnitude) - wanted).square().sum().item()

    return math.exp(minimize_scalar(distance, bounds=(-math.log(4), math.log(4)), method="bounded").x)


def _recover(spectrogram, parameters, seed, texture, setting, device, progress):
    frames = spectrogram.log_magnitude.shape[1]
    if (frames - 1) * spectrogram.hop_length <= spectrogram.n_fft // 2:
        raise ParameterError(f"texture {texture}, setting {setting}: {frames} frames are too few to invert")
    log_magnitude = torch.from_numpy(spectrogram.log_magnitude).to(resolve_device(device))
    magnitude = torch.expm1(log_magnitude)
    generator = torch_generator(seed, texture, setting, "phase")
    phase = initial_phase(magnitude, parameters.start, generator, spectrogram.n_fft, spectrogram.hop_length)
    transform = Transform.like(magnitude, spectrogram.n_fft, spectrogram.hop_length)
    algorithm = registry.load("phase", parameters.algorithm)
    return algorithm.recover(magnitude, phase, transform, parameters.iterations, progress).cpu().numpy()
