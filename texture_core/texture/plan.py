"""Plan a texture before it is computed: its windows, level and channels."""

import math
import numbers
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from texture_core.audio.channels import signals_of
from texture_core.audio.rates import computed_transform, target_peak
from texture_core.audio.stereo import PannedImage, StereoImage
from texture_core.audio.stretches import is_long, sample_of
from texture_core.errors import AudioError, ParameterError
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import AudioParameters, Parameters
from texture_core.parameters.presets import fit_to_duration, preset_parameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.runtime.progress import counting_on
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.morph_path import MorphPath, geometric
from texture_core.texture.windows import Window, plan_windows
from texture_core.tuning.choice import needs_choice, with_weights

# A window is as long as the recording, within these bounds: longer ones cost too much memory, and in shorter ones the
# overlap would be a large part.
_SHORTEST_WINDOW_SECONDS = 5.0
_LONGEST_WINDOW_SECONDS = 8.0


@dataclass(frozen=True)
class TexturePlan:
    """Everything that is decided before a texture is computed; made by `plan_texture`.

    Attributes
    ----------
    target : Spectrogram
        Spectrogram of the prepared recording. For stereo, the bins of the second signal follow those of the first.
    target_samples : numpy.ndarray
        (n,), float32: the first signal of the target. The peak of all signals is given by
        `texture_core.audio.rates.target_peak`.
    target_rms : float
        RMS of the recording at the computed rate, before normalisation.
    target_unit : float
        The amplitude of the recording that is scaled to 1 in `target_samples`.
    parameters : Parameters
        With the preset ``auto``, `choose_for_plan` makes a plan with chosen weights; `synthesize_blocks` calls it.
    windows : tuple of Window
    loop : bool
    sample_rate : int
        Sample rate of the result in Hz.
    length : int
        Samples per channel of the result.
    image : PannedImage, StereoImage or None
        Renders the signals to left and right; None for mono.
    morph : MorphPath or None
        For a morph, the path between the recordings. All attributes of a recording then belong to the first one, except
        that `target_rms` is the RMS of the result.
    """

    target: Spectrogram
    target_samples: np.ndarray
    target_rms: float
    target_unit: float
    parameters: Parameters
    windows: tuple[Window, ...]
    loop: bool
    sample_rate: int
    length: int
    image: PannedImage | StereoImage | None
    morph: MorphPath | None = None

    @property
    def channels(self):
        """Number of channels of the result."""
        return 1 if self.image is None else 2

    @property
    def bins(self):
        """Number of frequency bins per signal."""
        return self.target.n_fft // 2 + 1

    @property
    def iterations(self):
        """Maximum number of iterations over all windows."""
        optimizer = self.parameters.optimizer
        return len(self.windows) * (optimizer.iterations + optimizer.waveform_iterations)

    @property
    def duration(self):
        """Duration of the result in seconds."""
        return self.length / self.sample_rate


def plan_texture(
    samples,
    sample_rate,
    *,
    duration=None,
    parameters=None,
    loop=False,
    channels="keep",
    computed_rate=16000,
    result_rate=None,
):
    """Check a recording and plan a texture. See `synthesize` for the other arguments and the errors.

    Parameters
    ----------
    result_rate : int, optional
        Sample rate of the result in Hz; default: that of the recording.

    Returns
    -------
    TexturePlan
    """
    samples = _checked(samples, sample_rate)
    sample_rate = int(sample_rate)
    recording = _full_scale(sample_of(samples, sample_rate), samples.dtype)
    result_rate = int(result_rate or sample_rate)
    computed_rate, spectrogram = computed_transform(sample_rate, computed_rate)
    audio = AudioParameters(sample_rate=computed_rate)
    signals, level, image = signals_of(recording, sample_rate, channels, computed_rate, spectrogram.n_fft)
    seconds = signals.shape[1] / audio.sample_rate
    if duration is None:
        duration = len(samples) / sample_rate if is_long(len(samples), sample_rate) else seconds
    if not (isinstance(duration, numbers.Real) and math.isfinite(duration) and duration > 0):
        raise ParameterError(f"duration: expected seconds above 0, found {duration!r}")
    duration = float(duration)
    if parameters is None:
        parameters = fit_to_duration(preset_parameters(), min(seconds, duration) if loop else seconds)
    if parameters.method != "optimization":
        raise ParameterError(f"method: expected optimization for a single texture, found {parameters.method}")
    needed, reason = minimum_seconds(parameters, audio, spectrogram)
    if seconds < needed:
        raise ParameterError(f"the recording lasts {seconds:.3f} s, expected at least {needed:.3f} s, for {reason}")
    # Nothing here needs the frames that the parameters leave out.
    spectrogram = replace(spectrogram, hop_length=spectrogram.hop_length * parameters.frame_step)
    parameters = replace(parameters, frame_step=1)
    frame_rate = audio.sample_rate / spectrogram.hop_length
    least = least_frames(parameters, audio, spectrogram)
    if loop:
        unit = _frames_of_whole_samples(result_rate, audio, spectrogram)
        frames = max(round(duration * frame_rate / unit), 1) * unit
        if frames < least and duration >= needed:
            frames = -(-least // unit) * unit
        if frames < least:
            raise ParameterError(f"duration: a loop of {duration:g} s is too short, {reason} needs {needed:.3f} s")
        length = round(frames / frame_rate * result_rate)
    else:
        # A texture that is too short for its statistics is cut from a longer one. One frame more than the duration
        # needs, because the resampler looks ahead.
        frames = max(math.ceil(duration * frame_rate) + 2, least)
        length = max(round(duration * result_rate), 1)
    unit = np.abs(signals).max() / np.float32(target_peak(computed_rate))
    prepared = signals / unit
    log_magnitude = np.concatenate([log_spectrogram(signal, spectrogram) for signal in prepared])
    return TexturePlan(
        Spectrogram(log_magnitude, audio.sample_rate, spectrogram.n_fft, spectrogram.hop_length),
        prepared[0],
        level,
        float(unit),
        parameters,
        _windows(frames, seconds, least, parameters, spectrogram, frame_rate, loop),
        loop,
        result_rate,
        length,
        image,
    )


def plan_recording(samples, sample_rate, parameters, output, *, seconds=None):
    """Fit parameters to the duration of a recording and plan its textures.

    Parameters
    ----------
    samples, sample_rate
        See `texture_core.synthesize`.
    parameters : Parameters
    output : OutputParameters
        Number of takes, encoding and format are not used here.
    seconds : float, optional
        Duration of the recording, if the samples are a sample of it (`texture_core.audio.recording.Recording`).

    Returns
    -------
    TexturePlan

    Raises
    ------
    AudioError, ParameterError
        See `texture_core.synthesize`.
    """
    seconds = seconds or len(samples) / sample_rate
    duration = output.duration
    if duration is None and is_long(seconds * sample_rate, sample_rate):
        duration = seconds
    return plan_texture(
        samples,
        sample_rate,
        duration=duration,
        parameters=fitted(parameters, seconds, output),
        loop=output.loop,
        channels=output.channels,
        computed_rate=output.computed_rate,
    )


def fitted(parameters, seconds, output):
    """Return parameters with lags that fit recordings of `seconds` and the output; see `fit_to_duration`."""
    # A loop has no more room for lags than it lasts.
    shortest = min(seconds, output.duration) if output.loop and output.duration else seconds
    return fit_to_duration(parameters, shortest)


def _checked(samples, sample_rate):
    samples = np.asarray(samples)
    if isinstance(sample_rate, bool) or sample_rate != int(sample_rate) or not 1000 <= sample_rate <= 768000:
        raise AudioError(f"sample_rate: expected whole Hz in 1000 to 768000, found {sample_rate!r}")
    if samples.ndim not in (1, 2) or samples.size == 0 or samples.dtype.kind not in "fiu":
        raise AudioError(f"samples: expected real numbers (n,) or (n, channels), found {samples.dtype} {samples.shape}")
    if samples.ndim == 2 and samples.shape[1] > samples.shape[0]:
        raise AudioError(f"samples: expected (n, channels), found {samples.shape}; transpose them")
    if not np.isfinite(samples).all():
        raise AudioError("samples: expected finite values, found NaN or infinity; repair or cut the recording")
    return samples


def _full_scale(samples, dtype):
    """Scale samples that came as `dtype` so that full scale is 1."""
    if dtype.kind not in "iu":
        return samples
    limits = np.iinfo(dtype)
    middle = (int(limits.max) + int(limits.min) + 1) / 2
    return (samples - middle) / (limits.max + 1 - middle)


def _frames_of_whole_samples(sample_rate, audio, spectrogram):
    """Return the smallest number of frames that is a whole number of samples at a rate."""
    return Fraction(spectrogram.hop_length * sample_rate, audio.sample_rate).denominator


def least_frames(parameters, audio, spectrogram):
    """Return the smallest number of frames for which all statistics are defined."""
    return (
        math.ceil(minimum_seconds(parameters, audio, spectrogram)[0] * audio.sample_rate / spectrogram.hop_length) + 1
    )


def shared_frames(parameters, spectrogram):
    """Return the number of frames in the overlap of windows, and in their discarded end."""
    return max(*parameters.features.kernel_widths, -(-spectrogram.n_fft // spectrogram.hop_length))


def _windows(frames, seconds, least, parameters, spectrogram, frame_rate, loop):
    overlap = shared_frames(parameters, spectrogram)
    bounded = min(max(seconds, _SHORTEST_WINDOW_SECONDS), _LONGEST_WINDOW_SECONDS)
    # Each of two windows is more than half as long as one, which must be enough for the parameters.
    longest = max(round(bounded * frame_rate), 2 * least, 8 * overlap)
    return plan_windows(frames, longest, overlap, overlap, loop)


def choose_for_plan(plan, *, seed=0, device="auto", threads=None, progress=None):
    """Choose the weights of a plan with the preset ``auto``.

    Parameters
    ----------
    plan : TexturePlan
    seed, device, threads
        See `synthesize`.
    progress : callable, optional
        See `texture_core.tuning.trials.choose_weights`.

    Returns
    -------
    plan : TexturePlan
        With the chosen weights.
    record : dict or None
        See `texture_core.tuning.choice.choice_record`; None if there was nothing to choose.
    """
    if not needs_choice(plan.parameters):
        return plan, None
    # Imports scores and phase recovery, which other presets do not need.
    from texture_core.tuning.trials import choose_weights, planned_candidate_iterations

    # For stereo the first signal, which has the most energy of any rotation of the channels.
    sides = [(replace(plan.target, log_magnitude=plan.target.log_magnitude[: plan.bins]), plan.target_samples)]
    if plan.morph:
        sides.append((plan.morph.second, plan.morph.second_samples))
    records = [
        choose_weights(
            *side,
            plan.parameters,
            seed=seed,
            device=device,
            threads=threads,
            progress=counting_on(progress, number * planned_candidate_iterations(plan.parameters)),
        )
        for number, side in enumerate(sides)
    ]
    record = records[0] if len(records) == 1 else _between_choices(*records, plan.morph.middle)
    return replace(plan, parameters=with_weights(plan.parameters, record["alpha"], record["beta"])), record


def _between_choices(first, second, position):
    weights = {name: geometric(first[name], second[name], position) for name in ("alpha", "beta")}
    told = [f"alpha {record['alpha']:g}, beta {record['beta']:g}, as {record['reason']}" for record in (first, second)]
    return weights | {
        "rule": first["rule"],
        "reason": f"between those of the first ({told[0]}) and of the second ({told[1]})",
        "candidates": first["candidates"] + second["candidates"],
    }
