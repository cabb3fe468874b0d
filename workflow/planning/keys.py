"""Every key of a configuration, stated once; the parameters of the method are stated in `texture_core.parameters`."""

from dataclasses import dataclass, replace

from texture_core.parameters.field import ParameterSet, parameter
from texture_core.parameters.method import WEIGHTS_BY_KIND, AudioParameters, Parameters, SpectrogramParameters
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import preset_names
from texture_core.runtime.devices import DEVICES


@dataclass(frozen=True)
class Classifiers(ParameterSet, section="classifiers"):
    """Files of the classifiers for the scores yamnet and vggish.

    A score whose file cannot be had is left out, and the table says why.
    """

    yamnet: str | None = parameter(
        None,
        "YAMNet's official quantised file; null fetches it.",
        wording="the path of a file, or null to fetch it",
    )
    vggish: str | None = parameter(
        None,
        "VGGish's weights, as a torch state dictionary (.pth) or as arrays (.npz, .h5).",
        wording="the path of a file, or null",
    )
    vggish_pca: str | None = parameter(
        None, "VGGish's PCA parameters (.npz, .h5 or .pth).", wording="the path of a file, or null"
    )
    vggish_head: str | None = parameter(
        None,
        "The logistic regressions that `python -m texture_core.classifiers.train_head` made (.h5).",
        wording="the path of a file, or null",
    )


class Setting(ParameterSet):
    """One setting: the parameters of the method, and for those that make sounds what they make."""


_PRESET = replace(
    Parameters.stated["preset"],
    choices=preset_names(),
    description="One of the command line's presets. quick, default and paper give all parameters, in place of "
    "`defaults`. The others give weights: for a kind of sound, after the paper's advice, "
    + ", ".join(
        f"{kind} (alpha {weights['alpha']:g}, beta {weights['beta']:.1e})" for kind, weights in WEIGHTS_BY_KIND.items()
    )
    + "; or, with auto, chosen for each texture (in a setting that makes sounds, all else is as in default). What is "
    "given beside a preset takes precedence.",
)
Setting.stated = Parameters.stated | {"preset": _PRESET} | OutputParameters.stated


@dataclass(frozen=True)
class Keys(ParameterSet):
    """Keys of a configuration file; `planning.configuration.Configuration` has the checked values."""

    corpus_dir: str | None = parameter(
        None,
        "The folder of your recordings, relative to where Snakemake runs or absolute; it may hold spaces. null takes "
        "the built-in demo, whose recordings the workflow makes itself and whose settings are in config/demo.yaml.",
        wording="the path of a folder, or null for the built-in demo",
    )
    corpus: str | None = parameter(
        None,
        "The corpus's name under results/. null derives it, from the folder's name made safe, or `demo`.",
        pattern="[A-Za-z0-9_-]{1,180}",
        wording="a name of letters, digits, _ and - only, or null to derive it",
    )
    sheet: str | None = parameter(
        None,
        "The sheet of the corpus, a table with the columns name, class, title, file and perhaps also_class, separated "
        "by tabs, commas or semicolons. null takes `corpus.tsv` or `corpus.csv` in the folder, else the folder's name "
        "with .tsv or .csv beside it, else every audio file in the folder and its subfolders, whose names are the "
        "classes.",
        wording="the path of a sheet, or null",
    )
    morphs: str | None = parameter(
        None,
        "A sheet of morphs, with the columns first, second and perhaps position and settings: textures between two "
        "recordings, made by the settings for sounds.",
        wording="the path of a sheet, or null",
    )
    recordings_from: str | None = parameter(
        None, "Where the recordings of this corpus are to be had; quoted when corpus_dir is not given."
    )
    textures: tuple[str, ...] | None = parameter(
        None,
        "Names of the textures to take; null takes all.",
        lengths=(1, None),
        unique=True,
        wording="a list of different names of textures, at least one, or null for all",
        item="the name of a texture",
    )
    bad_textures: str = parameter(
        "stop",
        "What happens when recordings cannot be used: stop reports all of them and computes nothing, skip goes on with "
        "the others and the table names what was left out and why.",
        choices=("stop", "skip"),
    )
    device: str = parameter(
        "auto",
        "Where syntheses are computed: auto takes a GPU where there is one. Changing it reruns nothing.",
        choices=DEVICES,
    )
    seed: int = parameter(
        0,
        "Seed of every random draw. The demo's recordings do not depend on it.",
        minimum=0,
        maximum=2**32 - 1,
    )
    threads: int = parameter(
        1, "Threads of one synthesis on the CPU. Changing it reruns nothing.", unit="threads", minimum=1
    )
    checkpoint_interval: float | None = parameter(
        60,
        "How often a synthesis saves its state, to go on from there if it is killed; 0 after every iteration, null "
        "never. A long sound saves each finished window instead, unless it is null. Changing it reruns nothing.",
        unit="seconds",
        minimum=0,
    )
    audio: AudioParameters = AudioParameters()
    spectrogram: SpectrogramParameters = SpectrogramParameters()
    scores: tuple[str, ...] = parameter(
        ("autocorrelation", "diversity"),
        "The scores to compute, each a module of texture_core/scores. frechet_yamnet is one of all syntheses of a "
        "setting together; it is made where it is named, and reruns no other score.",
        lengths=(1, None),
        unique=True,
        extension="scores",
        wording="a list of different names of scores, at least one",
        item="the name of a score",
    )
    classifiers: Classifiers = Classifiers()
    exhibits: tuple[str, ...] = parameter(
        (),
        "Figures over the whole study, each a module of texture_core/exhibits: inverse_sendik, classifier_by_beta, "
        "scores_by_setting, evolution.",
        unique=True,
        extension="exhibits",
        wording="a list of different names of exhibits",
        item="the name of an exhibit",
    )
    count_in_both_classes: bool = parameter(
        True,
        "Whether the table counts a texture with an also_class in both of its classes, or only in the first.",
    )
    preset: str | None = parameter(
        None,
        "The preset of the only setting, where neither settings nor a grid are given; it makes sounds, as the command "
        "line does, and bears the preset's name. null is default.",
        choices=preset_names(),
        wording=f"{', '.join(preset_names()[:-1])} or {preset_names()[-1]}, or null",
    )
    defaults: Setting = parameter(
        {}, "Parameters that all settings and grid points start from.", wording="a mapping of parameters"
    )
    settings: dict[str, Setting] = parameter(
        {},
        "Name to parameters. A name consists of letters, digits, _ and -; it stands in the paths of its results. null "
        "and no grid: one setting by the name of the preset.",
        wording="a mapping of names to parameters",
        item="a mapping of parameters",
    )
    grid: dict[str, tuple] | None = parameter(
        None,
        "Dotted key path of a parameter to a list of values, such as `features.filters: [8, 32]`. Every combination "
        "becomes a setting whose name is derived, such as alpha-1000_features-filters-8.",
        lengths=(1, None),
        wording="a mapping of key paths to lists of values",
        item="a list of values, at least one",
    )
    grid_prefix: str | None = parameter(
        None,
        "What the derived names begin with, before an underscore.",
        pattern="[A-Za-z0-9_-]{1,60}",
        wording="1 to 60 letters, digits, _ and - only, or null",
    )
