"""Every parameter of the method, stated once; defaults are the paper's values where it gives them.

To add a parameter, add a field here. A job's results depend on a parameter through its value, which travels as a plain
mapping (`texture_core.parameters.mapping.to_mapping`), never through this file; with ``neutral`` a new field reruns
nothing.
"""

from dataclasses import dataclass

from texture_core.parameters.field import ParameterSet, parameter

# Weights for kinds of sounds. The paper finds α = 1e3 and β = 1e-4 good for many textures and says in which direction
# to leave them: rhythmic sounds want a larger α, pitched ones smaller α and β, speech and music a large α and a small
# β. It tries α up to 1e5 and, in its table, β from 1e-5 to 1e-3. How far to go is our choice: a factor of ten, a
# hundred for the α of speech and music. They are meant for the paper's 2000 iterations; a short run wants a smaller α.
WEIGHTS_BY_KIND = {
    "rhythmic": {"alpha": 1e4, "beta": 1e-4},
    "pitched": {"alpha": 1e2, "beta": 1e-5},
    "speech_music": {"alpha": 1e5, "beta": 1e-5},
    "other": {"alpha": 1e3, "beta": 1e-4},
}
# The preset that chooses the weights for each texture.
AUTO = "auto"

# A synthesis keeps the scores of all candidates in its file, where one attribute holds 64 kB.
_WEIGHTS_TO_TRY = (1, 12)


@dataclass(frozen=True)
class AudioParameters(ParameterSet, section="audio"):
    """How a recording becomes the input of the chain."""

    sample_rate: int = parameter(
        16000, "Sample rate after resampling.", unit="Hz", minimum=1000, maximum=192000, paper=16000
    )
    normalize: str = parameter(
        "peak",
        'Scale to a peak of 1.0 or an RMS of 0.1, or keep the samples as they are. The paper says only "normalize".',
        choices=("peak", "rms", "none"),
    )
    duration: float | None = parameter(
        None,
        "How much to keep, from the start; null keeps all. A shorter recording is kept whole.",
        unit="seconds",
        above=0,
    )


@dataclass(frozen=True)
class SpectrogramParameters(ParameterSet, section="spectrogram"):
    """The short-time Fourier transform."""

    n_fft: int = parameter(
        512, "Length of the transform and of its window.", unit="samples", minimum=16, even=True, paper=512
    )
    hop_length: int = parameter(
        64, "Distance from frame to frame, at most n_fft / 2.", unit="samples", minimum=1, paper=64
    )
    window: str = parameter(
        "hann", "Window function, periodic; there is no other.", choices=("hann",), paper="a Hann window"
    )

    def __post_init__(self):
        super().__post_init__()
        if self.hop_length > self.n_fft // 2:
            self._refuse("hop_length", f"1 to n_fft / 2 = {self.n_fft // 2} samples")


@dataclass(frozen=True)
class ViewParameters(ParameterSet):
    """What one extractor sees of a spectrogram."""

    type: str = parameter(
        "log_magnitude",
        "The view, a module of texture_core/views.",
        extension="views",
        wording="the name of a view",
        paper="log_magnitude",
    )
    weight: float = parameter(1.0, "Weight of the Gram term of this view.", above=0)
    loudness: float = parameter(
        1.0,
        "Exponent of the norm of a patch of frames in the Gram term: at 1, as in the paper, loud moments count far "
        "more than quiet ones, at 0 all count alike. Below 1 it needs features.type: limit.",
        minimum=0,
        maximum=1,
    )
    options: dict = parameter({}, "Options of the view; see its module.")


@dataclass(frozen=True)
class FeatureParameters(ParameterSet, section="features"):
    """What maps a spectrogram to feature maps."""

    type: str = parameter(
        "ensemble",
        "The extractor, a module of texture_core/features.",
        extension="features",
        wording="the name of a feature extractor",
    )
    kernel_widths: tuple[int, ...] = parameter(
        (2, 4, 8, 16, 32, 64),
        "Widths of the kernels, one network each.",
        unit="frames",
        minimum=1,
        lengths=(1, None),
        paper="2, 4, 8, 16, 32, 64",
    )
    filters: int = parameter(512, "Filters per network.", minimum=1, paper=512)
    padding: str = parameter(
        "valid",
        "valid shortens a feature map by kernel width - 1 frames; circular wraps around, for output that loops.",
        choices=("valid", "circular"),
    )
    options: dict = parameter({}, "What an extractor of another type needs; see its module.")
    views: tuple[ViewParameters, ...] = parameter(
        (ViewParameters(),),
        "What the extractor sees of the spectrogram, each with filters of its own. The Gram terms of all views are "
        "added; the other terms see the first view.",
        lengths=(1, None),
        neutral=(ViewParameters(),),
    )


@dataclass(frozen=True)
class AutocorrelationParameters(ParameterSet, section="autocorrelation"):
    """The range of lags in the autocorrelation loss and score."""

    minimum_lag: float = parameter(0.2, "Shortest lag.", unit="seconds", minimum=0, paper=0.2)
    maximum_lag: float = parameter(2.0, "Longest lag, above minimum_lag.", unit="seconds", above=0, paper=2)

    def __post_init__(self):
        super().__post_init__()
        if self.maximum_lag <= self.minimum_lag:
            self._refuse("maximum_lag", f"seconds above minimum_lag ({self.minimum_lag})")


@dataclass(frozen=True)
class DiversityParameters(ParameterSet, section="diversity"):
    """The diversity term."""

    shifts: str = parameter(
        "exact",
        "All shifts by one cross-correlation, or the paper's rotating comb with its memory.",
        choices=("exact", "comb"),
        paper="comb",
    )
    iterations: int = parameter(
        100,
        "How many iterations the term takes part in, from the first.",
        unit="iterations",
        minimum=0,
        paper=100,
    )
    comb_spacing: int = parameter(50, "Distance between the shifts of the comb.", unit="frames", minimum=1, paper=50)
    comb_memory: int = parameter(
        10,
        "For how many iterations a worst shift stays among those evaluated.",
        unit="iterations",
        minimum=0,
        paper=10,
    )


@dataclass(frozen=True)
class OptimizerParameters(ParameterSet, section="optimizer"):
    """How the loss is minimised."""

    type: str = parameter(
        "lbfgsb",
        "The optimiser, a module of texture_core/optimizers.",
        extension="optimizers",
        wording="the name of an optimiser",
        paper="L-BFGS-B",
    )
    iterations: int = parameter(2000, "Largest number of iterations.", unit="iterations", minimum=1, paper=2000)
    history: int = parameter(10, "Curvature pairs that the quasi-Newton matrix is made of.", minimum=1)
    waveform_iterations: int = parameter(
        0,
        "Largest number of iterations on the sound itself, after those on the spectrogram; they start from its "
        "inversion by admm, and the parameters of inversion are not used.",
        unit="iterations",
        minimum=0,
        paper=0,
        neutral=0,
    )
    first_alpha: float = parameter(
        0.0,
        "Weight of the autocorrelation term in the iterations on the spectrogram, if it is below alpha. The first half "
        "of those on the sound then raises it tenfold in steps; the second half has alpha. 0: alpha throughout. It "
        "needs waveform_iterations.",
        minimum=0,
        neutral=0.0,
    )
    tolerance_change: float = parameter(
        0.0,
        "Stop when the loss has decreased by less than this share of itself per iteration, over the last 10 "
        "iterations; 0 makes all iterations. With projected_lbfgs and conditioned_lbfgs.",
        minimum=0,
        neutral=0.0,
    )
    tolerance_grad: float = parameter(
        0.0,
        "Stop when no element of the gradient exceeds this in absolute value. With projected_lbfgs and "
        "conditioned_lbfgs.",
        minimum=0,
        neutral=0.0,
    )

    def __post_init__(self):
        super().__post_init__()
        if self.first_alpha and not self.waveform_iterations:
            self._refuse("first_alpha", "0 without waveform_iterations")


@dataclass(frozen=True)
class InversionParameters(ParameterSet, section="inversion"):
    """From log magnitudes to samples."""

    algorithm: str = parameter(
        "griffin_lim",
        "The algorithm of phase recovery, a module of texture_core/phase.",
        extension="phase",
        wording="the name of a phase algorithm",
        paper="Griffin-Lim",
    )
    iterations: int = parameter(500, "Number of iterations.", unit="iterations", minimum=0, paper=500)
    match_rms: bool = parameter(True, "Whether to scale the result to the target's RMS.")
    start: str = parameter(
        "random",
        "Phases to start from: random (uniform in angle) or phase_gradient (phase gradient heap integration, far "
        "nearer). The paper does not say.",
        choices=("random", "phase_gradient"),
        neutral="random",
    )
    # Few loud frames decide an RMS, and the loss, which sees logarithms, leaves these the least certain.
    match_log_magnitude: bool = parameter(
        False,
        "Whether to scale the result to where its log magnitudes are nearest to the synthesised ones, in place of "
        "match_rms.",
        neutral=False,
    )


@dataclass(frozen=True)
class AutoParameters(ParameterSet, section="auto"):
    """How ``preset: auto`` chooses α and β for a texture; `texture_core.tuning.choice` has the rule."""

    # α = 0 is none by default: the candidates start with the recording's autocorrelations and keep them for a while, so
    # that they cannot tell what it would lose.
    alpha: tuple[float, ...] = parameter(
        (1.0, 10.0, 100.0, 1000.0), "Values of alpha to try.", minimum=0, lengths=_WEIGHTS_TO_TRY
    )
    beta: tuple[float, ...] = parameter(
        (1e-5, 1e-3), "Values of beta to try, each with each alpha.", minimum=0, lengths=_WEIGHTS_TO_TRY
    )
    filters: int = parameter(
        128, "Filters per network in the quick syntheses that are compared; at most features.filters.", minimum=1
    )
    iterations: int = parameter(
        200, "Iterations of the quick syntheses; at most optimizer.iterations.", unit="iterations", minimum=1
    )
    maximum_diversity: float = parameter(
        10.0, "Diversity score above which a candidate counts as a copy of the recording.", minimum=0
    )
    tolerance: float = parameter(1.5, "How many times the best autocorrelation score still counts as good.", minimum=1)
    minimum_autocorrelation: float = parameter(
        0.005, "Autocorrelation score below which candidates count as equally good.", minimum=0
    )

    def __post_init__(self):
        super().__post_init__()
        for name in ("alpha", "beta"):
            self._set(name, tuple(sorted({float(value) for value in getattr(self, name)})))


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """One setting: all that decides a synthesis besides its target and seed.

    A term or loss of weight 0 is not computed (alpha and beta: eq. 1 of the paper). All but ``method`` is for the
    method ``optimization``, the paper's own; a baseline uses only what its module names in ``PARAMETERS``.
    With ``preset="auto"`` the weights are still to be chosen, by `texture_core.tuning.trials.choose_weights`; until
    then they are the largest candidates. ``auto`` counts with this preset alone; with a single candidate there is
    nothing to choose, and no preset.
    """

    alpha: float = parameter(
        1e3, "Weight of the autocorrelation term; a short run wants less.", minimum=0, paper="1000 for many textures"
    )
    beta: float = parameter(1e-4, "Weight of the diversity term.", minimum=0, paper="1.0e-5 to 1.0e-3")
    features: FeatureParameters = FeatureParameters()
    autocorrelation: AutocorrelationParameters = AutocorrelationParameters()
    diversity: DiversityParameters = DiversityParameters()
    optimizer: OptimizerParameters = OptimizerParameters()
    inversion: InversionParameters = InversionParameters()
    start: str = parameter(
        "noise",
        "Where the optimisation starts: noise (absolute normal noise times the target's mean) or surrogate (noise with "
        "the target's second-order statistics, far nearer). The paper does not say.",
        choices=("noise", "surrogate"),
        neutral="noise",
    )
    method: str = parameter(
        "optimization",
        "What makes the texture, a module of texture_core/methods: optimization (the paper's; all other parameters are "
        "its own), griffin_lim (the recording's spectrogram, inverted), mcdermott_simoncelli (statistics of an "
        "auditory model; at most 60 iterations) or natural_variation (no synthesis: the second half of the recording, "
        "scored against the first).",
        extension="methods",
        wording="the name of a method",
        neutral="optimization",
    )
    losses: dict[str, float] = parameter(
        {},
        "Further losses, modules of texture_core/losses, each with its weight: band_levels, collage, sendik, "
        "structural.",
        minimum=0,
        extension="losses",
        wording="a mapping of names to weights, each at least 0",
        neutral={},
    )
    snapshots: tuple[int, ...] = parameter(
        (),
        "After which iterations to keep the spectrogram; the last is always kept.",
        unit="iterations",
        minimum=1,
        neutral=(),
    )
    preset: str | None = parameter(
        None,
        "Weights for a kind of sound, after the paper's advice: "
        + ", ".join(
            f"{kind} (alpha {weights['alpha']:g}, beta {weights['beta']:.1e})"
            for kind, weights in WEIGHTS_BY_KIND.items()
        )
        + ". auto chooses them for each texture. An alpha or beta beside it takes precedence.",
        choices=(*WEIGHTS_BY_KIND, AUTO),
        neutral=None,
    )
    auto: AutoParameters = parameter(AutoParameters(), neutral=AutoParameters())
    frame_step: int = parameter(
        1,
        "Use only every n-th frame of the spectrogram, with kernel widths counted in these frames. Above 1 it needs "
        "optimizer.waveform_iterations, since there are only samples between the frames, and no snapshots.",
        unit="frames",
        minimum=1,
        neutral=1,
    )
    retakes: int = parameter(
        0,
        "How often to repeat a synthesis that is a copy of the recording, from another start; 0 does not check.",
        minimum=0,
        neutral=0,
    )

    def __post_init__(self):
        super().__post_init__()
        if self.frame_step > 1 and (not self.optimizer.waveform_iterations or self.snapshots):
            self._refuse("frame_step", "1 without optimizer.waveform_iterations, or with snapshots")
        # Equal settings are written alike, whatever the order and the losses that take no part.
        self._set("losses", {name: float(self.losses[name]) for name in sorted(self.losses) if self.losses[name] > 0})
        self._set("snapshots", tuple(sorted(set(self.snapshots))))
        if self.preset == AUTO:
            for name in ("alpha", "beta"):
                self._set(name, max(getattr(self.auto, name)))
            if len(self.auto.alpha) == len(self.auto.beta) == 1:
                self._set("preset", None)
        if self.preset != AUTO:
            self._set("auto", AutoParameters())
