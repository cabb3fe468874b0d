"""McDermott & Simoncelli's method: impose 1515 statistics of an auditory model on noise (Neuron 71, 2011).

The package ``sonore`` 0.8.0 (MIT) measures and imposes the statistics: 128 envelope moments, 189 envelope correlations,
640 modulation powers, 366 C1 and 192 C2. According to its documentation it differs from the authors' MATLAB toolbox
(v1.7) in these points: envelope variance is var / mean², as in the paper; means and deviations in the
correlations are weighted by the measurement window too, as is the subband variance; C1 subtracts no means; the
modulation bank is normalised on a grid that does not depend on the length; envelopes are downsampled by circular
Fourier resampling; the whole recording is measured, not its first 7 s; after the conjugate-gradient steps each
envelope's mean and variance are set exactly; statistics of nearly constant envelopes are not replaced by those of pink
noise. The result loops seamlessly.

In addition, the recording has the workflow's sample rate (16 kHz), so the model, which works at 20 kHz, has no input
above 8 kHz; and the result has the recording's length and RMS instead of 5 s at 0.01.
"""

import warnings

import numpy as np
import soxr

from texture_core.audio.recording import rms
from texture_core.errors import ParameterError
from texture_core.methods.task import SynthesisResult
from texture_core.parameters.method import SpectrogramParameters
from texture_core.runtime.randomness import numpy_generator
from texture_core.spectrogram.log_magnitude import log_spectrogram

NEEDS_SAMPLES = True
USES_GPU = False
PARAMETERS = ("optimizer.iterations",)
PACKAGES = ("sonore", "soxr")
VERSION = "0.8.0"
MODEL_RATE = 20000
STOP_DB = 30.0
CONVERGED_DB = 20.0
MOST_ITERATIONS = 60
# sonore's name of each class of statistics to the paper's.
CLASSES = {
    "env_mean": "envelope mean",
    "env_var": "envelope variance",
    "env_skew": "envelope skew",
    "env_kurt": "envelope kurtosis",
    "env_corr": "envelope correlation",
    "mod_power": "modulation power",
    "c1": "C1",
    "c2": "C2",
}


def synthesize(task):
    """Impose the recording's statistics on noise until each class has 30 dB SNR, for at most 60 iterations.

    Parameters
    ----------
    task : SynthesisTask
        With samples. ``optimizer.iterations`` may lower the maximum of 60.

    Returns
    -------
    SynthesisResult
        Samples (as many as the recording has) and their spectrogram. The attributes are ``snr``, the dB of each class
        of statistics (at the best iteration, over channels within 30 dB of the loudest), ``snr_average``,
        ``best_iteration`` and ``iterations``.

    Warns
    -----
    UserWarning
        If the final average SNR is below 20 dB, which the authors count as failure.

    Raises
    ------
    ParameterError
        If the package is not installed or there are no samples.
    """
    sound_class, statistics_class, impose = _package()
    if task.samples is None:
        raise ParameterError("method: mcdermott_simoncelli needs the recording's samples, but none were given")
    target, samples = task.target, np.asarray(task.samples, dtype=np.float64)
    statistics = statistics_class.measure(sound_class(_resampled(samples, target.sample_rate, MODEL_RATE), MODEL_RATE))
    step = statistics.model.decimation
    length = step * -(-len(samples) * MODEL_RATE // (target.sample_rate * step))
    noise = numpy_generator(task.seed, task.texture, task.setting, "start").standard_normal(length)

    def callback(iteration, _, snr):
        if task.progress:
            task.progress(iteration, {"average SNR": float(np.mean(list(snr.values()))), "least": min(snr.values())})

    result, report = impose(
        statistics,
        init=sound_class(noise, MODEL_RATE),
        max_iter=iterations(task.parameters),
        stop_db=STOP_DB,
        converged_db=CONVERGED_DB,
        callback=callback,
    )
    if not report["converged"]:
        warnings.warn(
            f"texture {task.texture}, setting {task.setting}: the statistics were matched to "
            f"{report['average_snr']:.1f} dB on average after {report['iterations']} iterations; below "
            f"{CONVERGED_DB:g} dB counts as failed",
            stacklevel=2,
        )
    made = _looped(result.data[:, 0], target.sample_rate, len(samples))
    made = (made * (rms(samples) / rms(made))).astype(np.float32)
    parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
    best = report["snr"][report["best_iteration"] - 1] if report["best_iteration"] else {}
    return SynthesisResult(
        log_spectrogram(made, parameters),
        samples=made,
        attributes={
            "snr": {CLASSES[name]: float(value) for name, value in best.items()},
            "snr_average": float(report["average_snr"]),
            "best_iteration": int(report["best_iteration"]),
            "iterations": int(report["iterations"]),
            "sonore_version": VERSION,
        },
    )


def iterations(parameters):
    """Return the maximum number of iterations."""
    return min(MOST_ITERATIONS, parameters.optimizer.iterations)


def _package():
    try:
        import sonore
        from sonore.texture import TextureStats
        from sonore.texture.synth import synthesize as impose
    except ImportError:
        raise ParameterError(
            f"method: mcdermott_simoncelli needs the package sonore {VERSION}, found none; install it with: "
            f"pip install sonore=={VERSION}"
        ) from None
    return sonore.Sound, TextureStats, impose


def _resampled(samples, rate, new_rate):
    return samples if rate == new_rate else soxr.resample(samples, rate, new_rate, quality="VHQ")


def _looped(samples, rate, length):
    """Resample a loop, with context from its other end on both sides."""
    if rate == MODEL_RATE:
        return samples[:length]
    first = round(len(samples) * rate / MODEL_RATE)
    return _resampled(np.tile(samples, 3), MODEL_RATE, rate)[first : first + length]
