"""Estimates of the memory and time to request from a cluster, from parameters and duration.

The estimates are limits: a job that needs more is killed and retried with twice as much; one that needs less only waits
longer in the queue. They are not parameters, so changing them reruns nothing.

Measurements: one evaluation of the full loss takes 0.5 s at 4 s and 0.8 s at 7 s of sound with the paper's 512
filters, and of the Gram term of 4096 filters of width 11 2.7 s at 4 s, on one core; the process reaches 870, 860 and
1410 MB. Nothing was measured on a GPU: jobs there get the time of a CPU.
"""

import math
from dataclasses import dataclass, replace
from functools import cache

from texture_core.audio.rates import computed_transform
from texture_core.audio.stretches import LONGEST_SECONDS, SHORT_SAMPLE
from texture_core.methods.task import uses_gpu
from texture_core.parameters.method import AudioParameters
from texture_core.parameters.presets import between_parameters
from texture_core.runtime.memory import PROCESS, synthesis_megabytes
from texture_core.tuning.choice import candidate_parameters, candidate_weights, needs_choice

MEGABYTE = 1e6
BYTES = 4
# Multiply-adds per second on one core, for the slowest measured sizes.
RATE = 5e10
# Constant part of the time of an evaluation, s.
EVALUATION = 0.01
# Wider kernels take as long as this width, because they use overlap-save, frames.
WIDEST_DIRECT = 16
TIME_SAFETY, MEMORY_SAFETY = 3.0, 1.3
# Operations per pair of patches, view and kernel width of `features.type: limit`.
LIMIT_OPERATIONS = 600
# Shortest and longest window of a sound and the overlap of windows, s; memory of the recording, MB per second.
WINDOW_SECONDS, SHARED_SECONDS, RECORDING_MEGABYTES = (5.0, 8.0), 0.6, 20
# Libraries and context of CUDA, MB.
CUDA_PROCESS = 4000
START_MINUTES = 5
# Assumed if the duration of a recording cannot be read, s; the job then fails with a message.
UNKNOWN_SECONDS = 10.0
# Duration (s) and sample rate (Hz) of the demo's recordings.
DEMO_SECONDS, DEMO_RATE = 4.0, 16000


@dataclass(frozen=True)
class Estimate:
    """Limits of a job, in MB and minutes."""

    megabytes: int
    minutes: int

    def grown(self, attempt):
        """Return the estimate for an attempt, counted from 1: doubled at each attempt."""
        factor = 2 ** (attempt - 1)
        return Estimate(self.megabytes * factor, self.minutes * factor)


def synthesis_estimate(parameters, seconds, audio, spectrogram, gpu=False):
    """Estimate one synthesis on one core.

    Parameters
    ----------
    parameters : Parameters
        Methods other than ``optimization`` get an hour; extractors other than ``ensemble`` are treated as an ensemble
        with the same widths and filters.
    seconds : float
        Duration of the recording.
    audio : AudioParameters
    spectrogram : SpectrogramParameters
    gpu : bool

    Returns
    -------
    Estimate
    """
    process = PROCESS + CUDA_PROCESS * (gpu and uses_gpu(parameters.method))
    frames, bins = _shape(seconds, audio, spectrogram)
    if parameters.method != "optimization":
        return Estimate(_whole(MEMORY_SAFETY * (process + 2000 + 100 * frames * bins * BYTES / MEGABYTE)), 60)
    filters, widths = parameters.features.filters, parameters.features.kernel_widths
    # A convolution and its gradient, and three products of the size of the Gram matrix's.
    convolutions = 4 * bins * filters * sum(min(width, WIDEST_DIRECT) for width in widths) * frames
    if parameters.features.type == "limit":
        patches = frames / parameters.frame_step / parameters.features.options.get("stride", 2)
        operations = len(parameters.features.views) * patches**2 * (2 * bins + LIMIT_OPERATIONS * len(widths))
    else:
        operations = convolutions + 6 * len(widths) * filters**2 * frames
    evaluation = EVALUATION + operations / RATE
    megabytes = process + synthesis_megabytes(parameters, frames, bins)
    iterations = parameters.optimizer.iterations + parameters.optimizer.waveform_iterations
    minutes = START_MINUTES + TIME_SAFETY * iterations * evaluation / 60
    return Estimate(_whole(MEMORY_SAFETY * megabytes), math.ceil(minutes))


def inversion_estimate(parameters, seconds, audio, spectrogram):
    """Estimate the inversion of one spectrogram: two transforms and some products per iteration."""
    frames, bins = _shape(seconds, audio, spectrogram)
    operations = 20 * frames * bins * math.log2(spectrogram.n_fft)
    # Short Fourier transforms have a hundredth of the speed of matrix products.
    minutes = START_MINUTES + TIME_SAFETY * parameters.inversion.iterations * operations / (RATE / 100) / 60
    return Estimate(_whole(MEMORY_SAFETY * (PROCESS + 100 * frames * bins * BYTES / MEGABYTE)), math.ceil(minutes))


def sound_estimate(parameters, output, seconds, channels, sample_rate, gpu=False):
    """Estimate what makes one sound of a recording on one core.

    Parameters
    ----------
    parameters : Parameters
    output : OutputParameters
    seconds, channels, sample_rate : float, int, int
        Of the recording.
    gpu : bool

    Returns
    -------
    Estimate
    """
    rate, spectrogram = computed_transform(sample_rate, output.computed_rate)
    audio = AudioParameters(sample_rate=rate)
    signals = min(channels, 2) if output.channels == "keep" else 1
    shortest, longest = WINDOW_SECONDS
    window = min(max(seconds, shortest), longest)
    duration = seconds if output.duration is None else output.duration
    windows = 1 + max(math.ceil((duration - window) / (window - SHARED_SECONDS)), 0)
    each = synthesis_estimate(parameters, window, audio, spectrogram, gpu)
    inversion = inversion_estimate(parameters, duration, audio, spectrogram).minutes - START_MINUTES
    recovering = 0 if parameters.optimizer.waveform_iterations else inversion
    megabytes = each.megabytes * signals + RECORDING_MEGABYTES * min(seconds, LONGEST_SECONDS) * channels
    minutes = START_MINUTES + signals * (windows * (each.minutes - START_MINUTES) + recovering)
    return Estimate(_whole(megabytes), math.ceil(minutes))


def collecting_estimate(results):
    """Estimate a job that reads many results, such as the listening page."""
    return Estimate(_whole(2000 + results / 2), 15 + results // 50)


class Estimates:
    """Cached estimates for the jobs of one configuration.

    Parameters
    ----------
    configuration : Configuration
    gpu : bool
        Whether syntheses request a GPU.
    """

    def __init__(self, configuration, gpu=False):
        self._configuration = configuration
        self._gpu = gpu
        self._textures = {texture.name: texture for texture in configuration.textures}
        self.seconds = cache(self._seconds)
        self._synthesis = cache(self._estimated_synthesis)
        self._sound = cache(self._estimated_sound)
        self._morph = cache(self._estimated_morph)
        self._choice = cache(self._estimated_choice)
        self._inversion = cache(self._estimated_inversion)

    def synthesis(self, texture, setting, attempt=1):
        """Return the `Estimate` of a synthesis."""
        return self._synthesis(self.seconds(texture), setting).grown(attempt)

    def sound(self, texture, setting, attempt=1):
        """Return the `Estimate` of a sound."""
        return self._sound(texture, setting).grown(attempt)

    def morph(self, morph, setting, attempt=1):
        """Return the `Estimate` of a `planning.morphs.Morph`."""
        return self._morph(morph, setting).grown(attempt)

    def choice(self, texture, setting, attempt=1):
        """Return the `Estimate` of choosing a setting's weights."""
        return self._choice(self.seconds(texture), setting).grown(attempt)

    def inversion(self, texture, setting, attempt=1):
        """Return the `Estimate` of an inversion."""
        return self._inversion(self.seconds(texture), setting).grown(attempt)

    def collecting(self, attempt=1):
        """Return the `Estimate` of a job that reads the whole study."""
        return collecting_estimate(len(self._textures) * len(self._configuration.settings)).grown(attempt)

    def _seconds(self, texture):
        configuration = self._configuration
        if configuration.corpus_dir is None:
            seconds = DEMO_SECONDS
        else:
            seconds = recording_facts(configuration.recording(self._textures[texture]))[0]
        if configuration.audio.duration is not None:
            seconds = min(seconds, configuration.audio.duration)
        return seconds if seconds <= LONGEST_SECONDS else SHORT_SAMPLE.stretches * SHORT_SAMPLE.seconds

    def _estimated_synthesis(self, seconds, setting):
        configuration = self._configuration
        parameters = configuration.settings[setting]
        return synthesis_estimate(parameters, seconds, configuration.audio, configuration.spectrogram, self._gpu)

    def _estimated_sound(self, texture, setting):
        parameters, output = self._configuration.settings[setting], self._configuration.outputs[setting]
        return sound_estimate(parameters, output, *self._facts(texture), self._gpu)

    def _estimated_morph(self, morph, setting):
        own, output = self._configuration.settings[setting], self._configuration.outputs[setting]
        parameters, output = between_parameters(own), replace(output, channels="mono")
        sides = [
            sound_estimate(parameters, output, *self._facts(texture), self._gpu)
            for texture in (morph.first, morph.second)
        ]
        minutes = sum(side.minutes for side in sides)
        if needs_choice(own):
            minutes += sum(self.choice(texture, setting).minutes for texture in (morph.first, morph.second))
        return Estimate(max(side.megabytes for side in sides), minutes)

    def _facts(self, texture):
        """Return duration (s), channels and sample rate (Hz) of a recording."""
        configuration = self._configuration
        if configuration.corpus_dir is None:
            return DEMO_SECONDS, 1, DEMO_RATE
        return recording_facts(configuration.recording(self._textures[texture]))

    def _estimated_choice(self, seconds, setting):
        configuration = self._configuration
        parameters = configuration.settings[setting]
        candidate = candidate_parameters(parameters)
        each = synthesis_estimate(candidate, seconds, configuration.audio, configuration.spectrogram, self._gpu)
        return Estimate(each.megabytes, each.minutes * len(candidate_weights(parameters)))

    def _estimated_inversion(self, seconds, setting):
        configuration = self._configuration
        parameters = configuration.settings[setting]
        return inversion_estimate(parameters, seconds, configuration.audio, configuration.spectrogram)


def recording_facts(path):
    """Read duration (s), channels and sample rate (Hz) from the header of a recording; assume some if that fails."""
    import soundfile

    try:
        header = soundfile.info(path)
    except (OSError, RuntimeError):
        return UNKNOWN_SECONDS, 1, DEMO_RATE
    return header.duration, header.channels, header.samplerate


def _shape(seconds, audio, spectrogram):
    return 1 + seconds * audio.sample_rate / spectrogram.hop_length, spectrogram.n_fft // 2 + 1


def _whole(megabytes):
    # Rounded to 100 MB, for readable requests.
    return math.ceil(megabytes / 100) * 100
