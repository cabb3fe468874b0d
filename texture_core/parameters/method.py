"""Every parameter of the method, with the paper's value as its default where the paper gives one.

The values travel to jobs as plain mappings (`to_mapping`), and only there: a job's results depend on a parameter
through its value, never through this file. So that an added parameter reruns nothing, its field carries
``metadata={"neutral": value}``, the value under which results are what they were before the parameter existed;
`to_mapping` leaves out a field at its neutral value.
"""

import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass

from texture_core.errors import ParameterError

# Weights for kinds of sounds. The paper finds α = 1e3 and β = 1e-4 good for many textures and says in which direction
# to leave them: rhythmic sounds want a larger α, pitched ones smaller α and β, speech and music a large α and a small
# β. It tries α up to 1e5 and, in its table, β from 1e-5 to 1e-3. How far to go is our choice: a factor of ten, a
# hundred for the α of speech and music. They are meant for the paper's 2000 iterations; a short run wants a smaller α.
PRESETS = {
    "rhythmic": {"alpha": 1e4, "beta": 1e-4},
    "pitched": {"alpha": 1e2, "beta": 1e-5},
    "speech_music": {"alpha": 1e5, "beta": 1e-5},
    "other": {"alpha": 1e3, "beta": 1e-4},
}
# The preset that chooses the weights for each texture.
AUTO = "auto"

# A synthesis keeps the scores of all candidates in its file, where one attribute holds 64 kB.
_MOST_WEIGHTS = 12


def _require(condition, key, expected, found):
    if not condition:
        raise ParameterError(f"{key}: expected {expected}, found {found!r}")


def _is_number(value):
    # Not math.isfinite, which cannot take a whole number beyond the range of a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class AudioParameters:
    """How a recording becomes the input of the chain.

    Attributes
    ----------
    sample_rate : int
        Hz, after resampling. Paper: 16000.
    normalize : {'peak', 'rms', 'none'}
        Peak 1.0, RMS 0.1, or the samples as they are. The paper says only "normalize".
    duration : float or None
        Seconds to keep, from the start; None keeps all. A shorter recording is kept whole.
    """

    sample_rate: int = 16000
    normalize: str = "peak"
    duration: float | None = None

    def __post_init__(self):
        _require(
            _is_integer(self.sample_rate) and 1000 <= self.sample_rate <= 192000,
            "audio.sample_rate",
            "whole Hz in 1000 to 192000",
            self.sample_rate,
        )
        _require(self.normalize in ("peak", "rms", "none"), "audio.normalize", "peak, rms or none", self.normalize)
        _require(
            self.duration is None or (_is_number(self.duration) and self.duration > 0),
            "audio.duration",
            "seconds above 0, or null",
            self.duration,
        )


@dataclass(frozen=True)
class SpectrogramParameters:
    """The short-time Fourier transform. Paper: Hann window of 512 samples, hop 64.

    Attributes
    ----------
    n_fft : int
        Samples, the window's length too; even.
    hop_length : int
        Samples.
    window : {'hann'}
        Periodic.
    """

    n_fft: int = 512
    hop_length: int = 64
    window: str = "hann"

    def __post_init__(self):
        _require(
            _is_integer(self.n_fft) and self.n_fft >= 16 and self.n_fft % 2 == 0,
            "spectrogram.n_fft",
            "an even number of samples, at least 16",
            self.n_fft,
        )
        _require(
            _is_integer(self.hop_length) and 1 <= self.hop_length <= self.n_fft // 2,
            "spectrogram.hop_length",
            f"1 to n_fft / 2 = {self.n_fft // 2} samples",
            self.hop_length,
        )
        _require(self.window == "hann", "spectrogram.window", "hann", self.window)


@dataclass(frozen=True)
class FeatureParameters:
    """What maps a spectrogram to feature maps.

    Attributes
    ----------
    type : str
        A module of ``texture_core.features``.
    kernel_widths : tuple of int
        Frames, one network each. Paper: 2, 4, 8, 16, 32, 64.
    filters : int
        Per network. Paper: 512.
    padding : {'valid', 'circular'}
        ``valid`` shortens a feature map by width - 1 frames; ``circular`` wraps around, for output that loops.
    options : dict
        What an extractor of another type needs.
    """

    type: str = "ensemble"
    kernel_widths: tuple[int, ...] = (2, 4, 8, 16, 32, 64)
    filters: int = 512
    padding: str = "valid"
    options: dict = field(default_factory=dict)

    def __post_init__(self):
        _require(
            isinstance(self.kernel_widths, list | tuple)
            and len(self.kernel_widths) > 0
            and all(_is_integer(w) and w >= 1 for w in self.kernel_widths),
            "features.kernel_widths",
            "one or more whole numbers of frames, each at least 1",
            self.kernel_widths,
        )
        object.__setattr__(self, "kernel_widths", tuple(self.kernel_widths))
        _require(
            _is_integer(self.filters) and self.filters >= 1,
            "features.filters",
            "a whole number, at least 1",
            self.filters,
        )
        _require(self.padding in ("valid", "circular"), "features.padding", "valid or circular", self.padding)
        _require(isinstance(self.options, Mapping), "features.options", "a mapping", self.options)


@dataclass(frozen=True)
class AutocorrelationParameters:
    """The range of lags in the autocorrelation loss and score, in seconds. Paper: 0.2 to 2."""

    minimum_lag: float = 0.2
    maximum_lag: float = 2.0

    def __post_init__(self):
        _require(
            _is_number(self.minimum_lag) and self.minimum_lag >= 0,
            "autocorrelation.minimum_lag",
            "seconds, at least 0",
            self.minimum_lag,
        )
        _require(
            _is_number(self.maximum_lag) and self.maximum_lag > self.minimum_lag,
            "autocorrelation.maximum_lag",
            f"seconds above minimum_lag ({self.minimum_lag})",
            self.maximum_lag,
        )


@dataclass(frozen=True)
class DiversityParameters:
    """The diversity term.

    Attributes
    ----------
    shifts : {'exact', 'comb'}
        All shifts by one cross-correlation, or the paper's rotating comb with its memory.
    iterations : int
        How many iterations the term takes part in. Paper: the first 100.
    comb_spacing : int
        Frames between the shifts of the comb. Paper: 50.
    comb_memory : int
        For how many steps a worst shift stays among those evaluated. Paper: 10.
    """

    shifts: str = "exact"
    iterations: int = 100
    comb_spacing: int = 50
    comb_memory: int = 10

    def __post_init__(self):
        _require(self.shifts in ("exact", "comb"), "diversity.shifts", "exact or comb", self.shifts)
        for name, low in (("iterations", 0), ("comb_spacing", 1), ("comb_memory", 0)):
            value = getattr(self, name)
            _require(_is_integer(value) and value >= low, f"diversity.{name}", f"a whole number, at least {low}", value)


@dataclass(frozen=True)
class OptimizerParameters:
    """How the loss is minimised.

    Attributes
    ----------
    type : str
        A module of ``texture_core.optimizers``. Paper: L-BFGS-B.
    iterations : int
        At most. Paper: 2000.
    history : int
        Curvature pairs that the quasi-Newton matrix is made of.
    waveform_iterations : int
        At most, of the sound itself after those of the spectrogram. 0, as in the paper: the spectrogram is inverted.
    """

    type: str = "lbfgsb"
    iterations: int = 2000
    history: int = 10
    waveform_iterations: int = field(default=0, metadata={"neutral": 0})

    def __post_init__(self):
        for name, low in (("iterations", 1), ("history", 1), ("waveform_iterations", 0)):
            value = getattr(self, name)
            _require(_is_integer(value) and value >= low, f"optimizer.{name}", f"a whole number, at least {low}", value)


@dataclass(frozen=True)
class InversionParameters:
    """From log magnitudes to samples.

    Attributes
    ----------
    algorithm : str
        A module of ``texture_core.phase``. Paper: Griffin-Lim.
    iterations : int
        Paper: 500.
    match_rms : bool
        Scale the result to the target's RMS.
    start : {'random', 'phase_gradient'}
        Phases to start from: uniform in angle, or by phase gradient heap integration. The paper does not say.
    match_log_magnitude : bool
        Scale the result to where its log magnitudes are nearest to those asked for, in place of ``match_rms``. Few loud
        frames decide an RMS, and the loss, which sees logarithms, leaves these the least certain.
    """

    algorithm: str = "griffin_lim"
    iterations: int = 500
    match_rms: bool = True
    start: str = field(default="random", metadata={"neutral": "random"})
    match_log_magnitude: bool = field(default=False, metadata={"neutral": False})

    def __post_init__(self):
        _require(
            _is_integer(self.iterations) and self.iterations >= 0,
            "inversion.iterations",
            "a whole number, at least 0",
            self.iterations,
        )
        for name in ("match_rms", "match_log_magnitude"):
            value = getattr(self, name)
            _require(isinstance(value, bool), f"inversion.{name}", "true or false", value)
        _require(self.start in ("random", "phase_gradient"), "inversion.start", "random or phase_gradient", self.start)


@dataclass(frozen=True)
class AutoParameters:
    """How ``preset: auto`` chooses α and β for a texture; `texture_core.tuning.choice` has the rule.

    Attributes
    ----------
    alpha, beta : tuple of float
        The weights to try, at least 0 each; every pair is a candidate. α = 0 is none by default: the candidates start
        with the recording's autocorrelations and keep them for a while, so that they cannot tell what it would lose.
    filters : int
        Per network, of the candidates; no more than those of the setting.
    iterations : int
        Of the candidates, at most; no more than those of the setting.
    maximum_diversity : float
        Diversity score above which a candidate counts as a copy of the recording.
    tolerance : float
        How many times the best candidate's autocorrelation score still counts as good, at least 1.
    minimum_autocorrelation : float
        Autocorrelation score below which candidates count as equally good.
    """

    alpha: tuple[float, ...] = (1.0, 10.0, 100.0, 1000.0)
    beta: tuple[float, ...] = (1e-5, 1e-3)
    filters: int = 128
    iterations: int = 200
    maximum_diversity: float = 10.0
    tolerance: float = 1.5
    minimum_autocorrelation: float = 0.005

    def __post_init__(self):
        for name in ("alpha", "beta"):
            values = getattr(self, name)
            _require(
                isinstance(values, list | tuple)
                and 1 <= len(values) <= _MOST_WEIGHTS
                and all(_is_number(value) and value >= 0 for value in values),
                f"auto.{name}",
                f"1 to {_MOST_WEIGHTS} numbers, each at least 0",
                values,
            )
            object.__setattr__(self, name, tuple(sorted({float(value) for value in values})))
        for name in ("filters", "iterations"):
            value = getattr(self, name)
            _require(_is_integer(value) and value >= 1, f"auto.{name}", "a whole number, at least 1", value)
        for name, low in (("maximum_diversity", 0), ("tolerance", 1), ("minimum_autocorrelation", 0)):
            value = getattr(self, name)
            _require(_is_number(value) and value >= low, f"auto.{name}", f"a number, at least {low}", value)


@dataclass(frozen=True)
class Parameters:
    """One setting: all that decides a synthesis besides its target and seed.

    Attributes
    ----------
    alpha, beta : float
        Weights of the autocorrelation and the diversity term beside the Gram term, at least 0 (eq. 1 of the paper,
        which finds 1e3 and 1e-4 good for many textures). A term of weight 0 is not computed.
    features, autocorrelation, diversity, optimizer, inversion
        See the classes of those names.
    start : {'noise', 'surrogate'}
        Where the optimisation starts: absolute normal noise times the target's mean, or noise with the target's
        second-order statistics, which is far nearer. The paper does not say.
    method : str
        A module of ``texture_core.methods``. All above is for ``optimization``, the paper's own; a baseline looks only
        at what its module names in ``PARAMETERS``.
    losses : dict
        Further losses, modules of ``texture_core.losses`` with a function ``create``, and their weights, at least 0.
        A loss of weight 0 is not computed.
    preset : str or None
        Which of `PRESETS` the weights come from; `from_mapping` takes from it what its mapping leaves out. ``auto``:
        they are still to be chosen, by `texture_core.tuning.trials.choose_weights`; until then they are the largest
        candidates.
    snapshots : tuple of int
        Iterations, each at least 1, after which the spectrogram is kept beside the last one.
    auto : AutoParameters
        Looked at with ``preset: auto`` alone. With a single candidate there is nothing to choose, and no preset.
    """

    alpha: float = 1e3
    beta: float = 1e-4
    features: FeatureParameters = FeatureParameters()
    autocorrelation: AutocorrelationParameters = AutocorrelationParameters()
    diversity: DiversityParameters = DiversityParameters()
    optimizer: OptimizerParameters = OptimizerParameters()
    inversion: InversionParameters = InversionParameters()
    start: str = field(default="noise", metadata={"neutral": "noise"})
    method: str = field(default="optimization", metadata={"neutral": "optimization"})
    losses: dict = field(default_factory=dict, metadata={"neutral": {}})
    snapshots: tuple[int, ...] = field(default=(), metadata={"neutral": ()})
    preset: str | None = field(default=None, metadata={"neutral": None})
    auto: AutoParameters = field(default=AutoParameters(), metadata={"neutral": AutoParameters()})

    def __post_init__(self):
        for name in ("alpha", "beta"):
            value = getattr(self, name)
            _require(_is_number(value) and value >= 0, name, "a number, at least 0", value)
        _require(self.start in ("noise", "surrogate"), "start", "noise or surrogate", self.start)
        names = (*PRESETS, AUTO)
        _require(self.preset is None or self.preset in names, "preset", f"one of {', '.join(names)}", self.preset)
        _require(isinstance(self.losses, Mapping), "losses", "a mapping of names to weights", self.losses)
        for name, weight in self.losses.items():
            _require(_is_number(weight) and weight >= 0, f"losses.{name}", "a weight, at least 0", weight)
        # Equal settings are written alike, whatever the order and the losses that take no part.
        weights = {name: float(self.losses[name]) for name in sorted(self.losses) if self.losses[name] > 0}
        object.__setattr__(self, "losses", weights)
        _require(
            isinstance(self.snapshots, list | tuple) and all(_is_integer(n) and n >= 1 for n in self.snapshots),
            "snapshots",
            "whole numbers of iterations, each at least 1",
            self.snapshots,
        )
        object.__setattr__(self, "snapshots", tuple(sorted(set(self.snapshots))))
        if self.preset == AUTO:
            for name in ("alpha", "beta"):
                object.__setattr__(self, name, max(getattr(self.auto, name)))
            if len(self.auto.alpha) == len(self.auto.beta) == 1:
                object.__setattr__(self, "preset", None)
        if self.preset != AUTO:
            object.__setattr__(self, "auto", AutoParameters())


def from_mapping(cls, mapping, path=""):
    """Build one of the dataclasses of this module from nested mappings.

    Parameters
    ----------
    cls : type
    mapping : mapping
        Fields that are left out take their defaults.
    path : str
        Where the mapping stands in the user's configuration, for messages.

    Raises
    ------
    ParameterError
        For an unknown key or a value out of range, with the key's path.
    """
    return _build(cls, with_preset(mapping) if cls is Parameters else mapping, path, "")


def with_preset(mapping):
    """A mapping of parameters with the values of its ``preset``, if it names one, for those keys that it lacks."""
    preset = mapping.get("preset")
    return {**PRESETS[preset], **mapping} if isinstance(preset, str) and preset in PRESETS else dict(mapping)


def _build(cls, mapping, path, section):
    known = {f.name: f for f in fields(cls)}
    prefix = f"{path}." if path else ""
    values = {}
    for key, value in mapping.items():
        where = f"{prefix}{section}{key}"
        if key not in known:
            raise ParameterError(f"{where}: unknown key; known here: {', '.join(known)}")
        if is_dataclass(known[key].type):
            if not isinstance(value, Mapping):
                raise ParameterError(f"{where}: expected a mapping, found {value!r}")
            value = _build(known[key].type, value, path, f"{section}{key}.")
        values[key] = value
    try:
        return cls(**values)
    except ParameterError as error:
        raise ParameterError(f"{prefix}{error}") from None


def to_mapping(parameters):
    """The plain nested mapping of a dataclass: numbers, texts, lists and mappings only, neutral fields left out.

    Two parameter sets with equal results have equal mappings, in the same order and with the same types.
    """
    mapping = {}
    for f in fields(parameters):
        value = getattr(parameters, f.name)
        if f.metadata.get("neutral", MISSING) == value:
            continue
        if is_dataclass(value):
            value = to_mapping(value)
        elif isinstance(value, tuple):
            value = list(value)
        elif f.type in (float, float | None) and value is not None:
            value = float(value)
        mapping[f.name] = value
    return mapping


def minimum_seconds(parameters, audio, spectrogram):
    """The shortest recording that a setting can be computed for.

    Parameters
    ----------
    parameters : Parameters
    audio : AudioParameters
    spectrogram : SpectrogramParameters

    Returns
    -------
    seconds : float
    reason : str
        What asks for that much, in words.
    """
    frame_rate = audio.sample_rate / spectrogram.hop_length
    widest = max(parameters.features.kernel_widths)
    longest_lag = lag_frames(parameters.autocorrelation, frame_rate)[1]
    trimmed = widest - 1 if parameters.features.padding == "valid" else 0
    needs = [
        # Reflected ends take half a transform, on the way back too.
        (spectrogram.n_fft // 2 // spectrogram.hop_length + 2, f"the transform of {spectrogram.n_fft} samples"),
        # The autocorrelation score is computed for every setting, the term on feature maps only where it has a weight.
        (longest_lag + 1, f"the longest lag ({parameters.autocorrelation.maximum_lag} s) and a frame"),
    ]
    has_features = parameters.method == "optimization"
    if has_features:
        needs.append((widest, f"the widest kernel, {widest} frames"))
    if has_features and parameters.alpha > 0:
        needs.append(
            (
                longest_lag + 1 + trimmed,
                f"the longest lag ({parameters.autocorrelation.maximum_lag} s) and a frame, in the feature map of the "
                f"widest kernel ({widest} frames)",
            )
        )
    frames, reason = max(needs)
    return (frames - 1) * spectrogram.hop_length / audio.sample_rate, reason


def lag_frames(autocorrelation, frame_rate):
    """First and last lag, both included, in frames.

    Parameters
    ----------
    autocorrelation : AutocorrelationParameters
    frame_rate : float
        Frames per second.

    Raises
    ------
    ParameterError
        If no whole lag lies in the range.
    """
    first = round(autocorrelation.minimum_lag * frame_rate)
    last = round(autocorrelation.maximum_lag * frame_rate)
    if last < first or last < 1:
        raise ParameterError(
            f"autocorrelation: no lag between {autocorrelation.minimum_lag} and {autocorrelation.maximum_lag} s at "
            f"{frame_rate:g} frames/s; widen the range"
        )
    return first, last
