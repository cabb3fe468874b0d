"""What is decided before a texture is computed: its windows, its level, its channels."""

import math
import numbers
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from texture_core.audio.channels import signals_of
from texture_core.audio.rates import computed_transform, target_peak
from texture_core.audio.stereo import PannedImage, StereoImage
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

# A window is as long as the recording, within these bounds: what a synthesis of one piece may cost at most, and what is
# long against the frames that windows share.
_SHORTEST_WINDOW_SECONDS = 5.0
_LONGEST_WINDOW_SECONDS = 8.0


@dataclass(frozen=True)
class TexturePlan:
    """All that is decided before a texture is computed; made by `plan_texture`.

    Attributes
    ----------
    target : Spectrogram
        Of the recording as the method sees it: one signal, or the two of stereo, whose bins follow each other.
    target_samples : numpy.ndarray
        (n,), float32: what the target's first signal is the spectrogram of. The peak of all signals is that of
        `texture_core.audio.rates.target_peak`.
    target_rms : float
        Of the recording, at the computed rate, before its level was changed.
    target_unit : float
        The amplitude in the recording that is 1 in `target_samples`.
    parameters : Parameters
        With the preset ``auto``, `choose_for_plan` makes a plan with the weights chosen; `synthesize_blocks` and what
        calls it do so by themselves.
    windows : tuple of Window
    loop : bool
    sample_rate : int
        Hz, of the result.
    length : int
        Samples of the result, of each channel.
    image : PannedImage, StereoImage or None
        What makes left and right of the signals; None where the result has one channel.
    morph : MorphPath or None
        Of a texture between two; then `target` and what else is of a recording is of the first, and `target_rms` of the
        result.
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
        """How many channels the result has."""
        return 1 if self.image is None else 2

    @property
    def bins(self):
        """How many bins of the target belong to each signal."""
        return self.target.n_fft // 2 + 1

    @property
    def iterations(self):
        """How many iterations there are at most, over all windows."""
        return len(self.windows) * self.parameters.optimizer.iterations

    @property
    def duration(self):
        """Seconds of the result."""
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
    """Check a recording and decide what is computed; arguments and errors as of `synthesize`.

    Parameters
    ----------
    result_rate : int, optional
        Hz; default that of the recording.

    Returns
    -------
    TexturePlan
    """
    recording = _checked(samples, sample_rate)
    sample_rate = int(sample_rate)
    result_rate = int(result_rate or sample_rate)
    computed_rate, spectrogram = computed_transform(sample_rate, computed_rate)
    audio = AudioParameters(sample_rate=computed_rate)
    signals, level, image = signals_of(recording, sample_rate, channels, computed_rate, spectrogram.n_fft)
    seconds = signals.shape[1] / audio.sample_rate
    if duration is None:
        duration = seconds
    if not (isinstance(duration, numbers.Real) and math.isfinite(duration) and duration > 0):
        raise ParameterError(f"duration: expected seconds above 0, found {duration!r}")
    duration = float(duration)
    if parameters is None:
        parameters = fit_to_duration(preset_parameters(), min(seconds, duration) if loop else seconds)
    if parameters.method != "optimization":
        raise ParameterError(f"method: expected optimization for a single texture, found {parameters.method}")
    if parameters.optimizer.waveform_iterations:
        raise ParameterError(
            "optimizer.waveform_iterations: expected 0 for what is put together of windows, found "
            f"{parameters.optimizer.waveform_iterations}"
        )
    needed, reason = minimum_seconds(parameters, audio, spectrogram)
    if seconds < needed:
        raise ParameterError(f"the recording lasts {seconds:.3f} s, expected at least {needed:.3f} s, for {reason}")
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
        # What is too short to have the statistics is the start of something longer. A frame more than the duration
        # needs, because a resampler looks ahead.
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


def _checked(samples, sample_rate):
    samples = np.asarray(samples)
    if isinstance(sample_rate, bool) or sample_rate != int(sample_rate) or not 1000 <= sample_rate <= 768000:
        raise AudioError(f"sample_rate: expected whole Hz in 1000 to 768000, found {sample_rate!r}")
    if samples.ndim not in (1, 2) or samples.size == 0 or samples.dtype.kind not in "fiu":
        raise AudioError(f"samples: expected real numbers (n,) or (n, channels), found {samples.dtype} {samples.shape}")
    if samples.ndim == 2 and samples.shape[1] > samples.shape[0]:
        raise AudioError(f"samples: expected (n, channels), found {samples.shape}; transpose them")
    if samples.dtype.kind in "iu":
        limits = np.iinfo(samples.dtype)
        middle = (int(limits.max) + int(limits.min) + 1) / 2
        samples = (samples - middle) / (limits.max + 1 - middle)
    if not np.isfinite(samples).all():
        raise AudioError("samples: some are NaN or infinite; repair or cut the recording")
    return samples


def _frames_of_whole_samples(sample_rate, audio, spectrogram):
    """The fewest frames that are a whole number of samples at a rate."""
    return Fraction(spectrogram.hop_length * sample_rate, audio.sample_rate).denominator


def least_frames(parameters, audio, spectrogram):
    """The fewest frames that have the statistics of the parameters."""
    return (
        math.ceil(minimum_seconds(parameters, audio, spectrogram)[0] * audio.sample_rate / spectrogram.hop_length) + 1
    )


def shared_frames(parameters, spectrogram):
    """How many frames a window takes over from the one before, and how many it makes past those that it hands on."""
    return max(*parameters.features.kernel_widths, -(-spectrogram.n_fft // spectrogram.hop_length))


def _windows(frames, seconds, least, parameters, spectrogram, frame_rate, loop):
    overlap = shared_frames(parameters, spectrogram)
    bounded = min(max(seconds, _SHORTEST_WINDOW_SECONDS), _LONGEST_WINDOW_SECONDS)
    # Two windows in place of one are more than half as long as that, which has to be enough for the parameters.
    longest = max(round(bounded * frame_rate), 2 * least, 8 * overlap)
    return plan_windows(frames, longest, overlap, overlap, loop)


def choose_for_plan(plan, *, seed=0, device="auto", threads=None, progress=None):
    """Choose the weights that a plan with the preset ``auto`` leaves open.

    Parameters
    ----------
    plan : TexturePlan
    seed, device, threads
        As of `synthesize`.
    progress : callable, optional
        As of `texture_core.tuning.trials.choose_weights`.

    Returns
    -------
    plan : TexturePlan
        With the weights chosen.
    record : dict or None
        See `texture_core.tuning.choice.choice_record`; None where there was nothing to choose.
    """
    if not needs_choice(plan.parameters):
        return plan, None
    # What it imports beside, scores and phase recovery, is of no use without it.
    from texture_core.tuning.trials import choose_weights, planned_candidate_iterations

    # Of stereo the first signal, which has the most energy of any that two channels can be turned to.
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
