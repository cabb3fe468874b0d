# Loads and checks the configuration; the code for this is in workflow/planning.
import gc
import sys

from snakemake.exceptions import WorkflowError

sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "workflow")]

from planning.configuration import load
from planning.jobs import Jobs
from planning.naming import column_name
from planning.resources import Estimates
from texture_core.parameters.output import FORMATS
from texture_core.runtime.devices import gpu_present
from texture_core.errors import TextureError
from texture_core.records.files import read_json, write_json

try:
    CONFIGURATION = load(config, files=workflow.configfiles, checkout=CHECKOUT)
    JOBS = Jobs(CONFIGURATION, CHECKOUT)
except TextureError as error:
    raise WorkflowError(str(error)) from None

if CONFIGURATION.remark and workflow.is_main_process:
    print(CONFIGURATION.remark, file=sys.stderr)

CORPUS = CONFIGURATION.corpus
# Settings of a study go through a chain of jobs; those that make sounds have one job from the recording to each sound.
SETTINGS = list(CONFIGURATION.settings)
STUDY, SOUNDS = list(CONFIGURATION.of_study), list(CONFIGURATION.outputs)
CHOSEN = [setting for setting in STUDY if JOBS.needs_choice(setting)]
CHOSEN_FOR_SOUNDS = [setting for setting in SOUNDS if JOBS.needs_choice(setting)]
TAKES = {setting: output.takes for setting, output in CONFIGURATION.outputs.items()}
TEXTURES = {texture.name: texture for texture in CONFIGURATION.textures}
MORPHS = {morph.name: morph for morph in CONFIGURATION.morphs}
GPU = CONFIGURATION.device == "cuda" or (
    CONFIGURATION.device == "auto" and gpu_present()
)
# Used on clusters and with --resources mem_mb; changed estimates rerun nothing.
ESTIMATES = Estimates(CONFIGURATION, GPU)
# Resources of a job that reads the results of the whole study.
COLLECTING = {
    "mem_mb": lambda wildcards, attempt: ESTIMATES.collecting(attempt).megabytes,
    "runtime": lambda wildcards, attempt: ESTIMATES.collecting(attempt).minutes,
}
# Exhibits on the listening page, added by the rules that make them: name, title, description and files (caption to file
# or folder, which may contain {corpus}).
EXHIBITS = []
# Scripts read these from the configuration, not from their parameters, so that changing them reruns nothing.
config["device"] = CONFIGURATION.device
config["checkpoint_interval"] = CONFIGURATION.checkpoint_interval


# A plan has hundreds of thousands of objects, nearly all of which are kept; repeated garbage collection over all of them
# is slow (docs/performance.md).
gc.freeze()
gc.set_threshold(200_000, 50, 100)


wildcard_constraints:
    corpus=CORPUS,
    setting="|".join(SETTINGS),
    texture="|".join(TEXTURES),
    format="|".join(FORMATS),
    take="[0-9]+",


def recording(texture):
    """Return the path of a texture's recording."""
    return CONFIGURATION.recording(TEXTURES[texture])


def recordings(wildcards):
    """Return the paths of all recordings, in the order of the corpus."""
    return [recording(texture) for texture in TEXTURES]


def refuse_bad_recordings():
    """Stop the run before its first job if a recording that was not checked before cannot be used."""
    from planning.recordings import look_at, not_yet_seen, refusal

    corpus, audio = JOBS.corpus(), JOBS.audio()
    paths = {texture: recording(texture) for texture in TEXTURES}
    _, bad = look_at(
        corpus, audio, not_yet_seen(corpus, audio, paths, CONFIGURATION.check)
    )
    if bad:
        raise WorkflowError(refusal(bad, corpus))


def usable_textures():
    """Return the textures to compute; if bad ones are skipped, they are read from the report of check_corpus."""
    if CONFIGURATION.bad_textures == "stop":
        return list(TEXTURES)
    checked = read_json(checkpoints.check_corpus.get(corpus=CORPUS).output.report)
    usable = {texture["name"] for texture in checked["textures"]}
    return [texture for texture in TEXTURES if texture in usable]


def usable_recordings():
    """Return the paths of the recordings of the usable textures."""
    return [recording(texture) for texture in usable_textures()]


def for_all(pattern, settings=STUDY):
    """Return an input function: the pattern for each setting and usable texture; nothing if there is no setting."""
    if not settings:
        return []
    return lambda wildcards: expand(
        pattern, corpus=CORPUS, setting=settings, texture=usable_textures()
    )


def for_textures(pattern):
    """Return an input function: the pattern for each usable texture."""
    return lambda wildcards: expand(pattern, texture=usable_textures(), **wildcards)


def for_settings(pattern):
    """Return an input function: the pattern for each setting of a study."""
    return lambda wildcards: expand(pattern, setting=STUDY, **wildcards)


def only(settings):
    """Return a constraint of the wildcard setting; (?!) matches nothing."""
    return "|".join(settings) or "(?!)"


def sound_path(setting, texture, take=None):
    """Return the path of a sound; without a take, the path of the only one. A morph has the format of its first."""
    sound = texture if take is None else f"{texture}-{take}"
    own = MORPHS[texture].first if texture in MORPHS else texture
    return f"results/{CORPUS}/{setting}/audio/{sound}.{JOBS.sound_format(setting, own)}"


def takes_of(setting):
    """Return the takes of a setting; None stands for a single take, which file names do not contain."""
    count = TAKES.get(setting, 1)
    return [None] if count == 1 else list(range(1, count + 1))


def sounds(wildcards):
    """Return the paths of all sounds."""
    return [
        sound_path(setting, texture, take)
        for setting in SOUNDS
        for take in takes_of(setting)
        for texture in usable_textures()
    ]


def planned_morphs(usable=TEXTURES):
    """Return the paths of the morphs between textures."""
    usable = {*usable}
    return [
        sound_path(setting, name, take)
        for name, morph in MORPHS.items()
        if {morph.first, morph.second} <= usable
        for setting in morph.settings
        for take in takes_of(setting)
    ]


def morphs(wildcards):
    """Return the paths of the morphs between usable textures."""
    return planned_morphs(usable_textures()) if MORPHS else []


def shown_morphs():
    """Return what the listening page shows of each morph: its names, and its columns with their loops."""
    titles = {name: texture.title for name, texture in TEXTURES.items()}
    return [
        {
            "name": name,
            "title": f"{titles[morph.first]} to {titles[morph.second]}, "
            f"{', '.join(f'{position:g}' for position in morph.positions)}",
            "recordings": [morph.first, morph.second],
            "sounds": [
                [column_name(setting, take), CONFIGURATION.outputs[setting].loop]
                for setting in morph.settings
                for take in takes_of(setting)
            ],
        }
        for name, morph in MORPHS.items()
    ]


def planned_sounds():
    """Return the settings, each with the names of its sounds, including those of recordings that may turn out bad."""
    return [
        [
            setting,
            [
                texture if take is None else f"{texture}-{take}"
                for texture in TEXTURES
                for take in takes_of(setting)
            ],
        ]
        for setting in SETTINGS
    ]


def scores(wildcards):
    """Return the files of all scores of single sounds, by setting."""
    return [
        f"results/{CORPUS}/{setting}/scores/{texture}{'' if take is None else f'-{take}'}.json"
        for setting in SETTINGS
        for take in takes_of(setting)
        for texture in usable_textures()
    ]


def by_setting(value, settings=STUDY):
    """Return an input or parameter function of the setting, or the value itself if it is the same for all settings,
    because Snakemake takes longer to call a function for each job than to plan the job otherwise.
    """
    of_first, *of_others = [value(setting) for setting in settings]
    if all(of_one == of_first for of_one in of_others):
        return of_first
    return lambda wildcards: value(wildcards.setting)


def estimated(estimate, source=str):
    """Return the resources of a job by an estimate of its source, the texture or what `source` makes of its name."""

    def of_job(wildcards, attempt):
        return estimate(source(wildcards.texture), wildcards.setting, attempt)

    return {
        "mem_mb": lambda wildcards, attempt: of_job(wildcards, attempt).megabytes,
        "runtime": lambda wildcards, attempt: of_job(wildcards, attempt).minutes,
    }


def classifier_files(scores):
    """Return the files of the classifiers that scores need, by name, without those that are not configured."""
    given, files = CONFIGURATION.classifiers, {}
    for name in JOBS.classifiers(scores):
        if name in given:
            files[name] = given[name]
        elif name == "yamnet":
            files["yamnet"] = "results/classifiers/yamnet.tflite"
            files["yamnet_record"] = "results/classifiers/yamnet.json"
    return files


def collection_scores(wildcards):
    """Return the files of the scores of whole collections, if there are such scores."""
    pattern = "results/{corpus}/{setting}/collection_scores.json"
    return (
        expand(pattern, corpus=CORPUS, setting=STUDY) if JOBS.collection_scores else []
    )


def exhibit_inputs(wildcards):
    """Return the files that an exhibit needs, of each texture and setting."""
    patterns = {
        "targets": "results/{corpus}/spectrogram/{texture}.h5",
        "syntheses": "results/{corpus}/{setting}/synthesis/{texture}.h5",
        "scores": "results/{corpus}/{setting}/scores/{texture}.json",
    }
    return {
        kind: for_all(patterns[kind])(wildcards)
        for kind in JOBS.exhibit_needs(wildcards.exhibit)
    }
