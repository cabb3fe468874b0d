# Entry point. Users' settings are in config/; all results go to results/; both in the working directory.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

# The folder of this file, also as a module of another workflow.
CHECKOUT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
DEFAULT_CONFIGURATION = Path("config/config.yaml")

# A folder without a configuration of its own gets the project's.
if not DEFAULT_CONFIGURATION.is_file():
    DEFAULT_CONFIGURATION = CHECKOUT / DEFAULT_CONFIGURATION

# --configfile replaces it; merged over it, it would inherit its keys.
if not workflow.overwrite_configfiles:

    configfile: DEFAULT_CONFIGURATION


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


# Lists every result by name, so that a run restores deleted ones.
rule all:
    default_target: True
    input:
        for_all("results/{corpus}/audio/{texture}.wav"),
        for_all("results/{corpus}/spectrogram/{texture}.h5"),
        for_all("results/{corpus}/{setting}/synthesis/{texture}.h5"),
        for_all("results/{corpus}/{setting}/audio/{texture}.wav"),
        sounds,
        morphs,
        scores,
        for_all(
            "results/{corpus}/{setting}/choice/{texture}.json",
            CHOSEN + CHOSEN_FOR_SOUNDS,
        ),
        expand(
            f"results/{CORPUS}/{{setting}}/choices.tsv",
            setting=CHOSEN + CHOSEN_FOR_SOUNDS,
        ),
        collection_scores,
        for_all("results/{corpus}/figures/{texture}.spectrogram.svg"),
        for_all("results/{corpus}/figures/{texture}.loss.svg"),
        f"results/{CORPUS}/corpus_check.json",
        f"results/{CORPUS}/scores.tsv",
        f"results/{CORPUS}/table1.tsv",
        f"results/{CORPUS}/table1.md",
        f"results/{CORPUS}/listening/index.html",
        expand(
            f"results/{CORPUS}/exhibits/{{exhibit}}.svg",
            exhibit=CONFIGURATION.exhibits,
        ),
    message:
        f"all results of {CORPUS}"


if CONFIGURATION.corpus_dir is None:

    include: "workflow/rules/demo_corpus.smk"


onstart:
    # With the default limit of 100 jobs a second, Snakemake 9 checks all waiting jobs again every second, once for each
    # job started so far, which takes ever more processor time during a study (docs/performance.md).
    limiter = workflow.scheduler.job_rate_limiter
    if limiter and (limiter.max_jobs, limiter.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None
    if (
        CONFIGURATION.corpus_dir is not None
        and CONFIGURATION.bad_textures == "stop"
    ):
        refuse_bad_recordings()
    # For workflow/progress.py.
    write_json(
        f"results/{CORPUS}/plan.json",
        {
            "sounds": planned_sounds(),
            "morphs": planned_morphs(),
            "textures": JOBS.described(),
        },
    )


onsuccess:
    page = Path(f"results/{CORPUS}/listening/index.html")
    if page.is_file():
        print(
            f"Look and listen: open {page.resolve()} in a browser.", file=sys.stderr
        )


include: "workflow/rules/check_corpus.smk"
include: "workflow/rules/classifier.smk"


if STUDY:

    include: "workflow/rules/prepare_audio.smk"
    include: "workflow/rules/spectrogram.smk"
    include: "workflow/rules/synthesize.smk"
    include: "workflow/rules/invert.smk"
    include: "workflow/rules/score.smk"
    include: "workflow/rules/collection_score.smk"
    include: "workflow/rules/figures.smk"
    include: "workflow/rules/exhibit.smk"


if CHOSEN:

    include: "workflow/rules/choose.smk"


if SOUNDS:

    include: "workflow/rules/sounds.smk"


if max(TAKES.values(), default=1) > 1:

    include: "workflow/rules/takes.smk"


if MORPHS:

    include: "workflow/rules/morphs.smk"


if CHOSEN_FOR_SOUNDS:

    include: "workflow/rules/choose_for_sounds.smk"


if CHOSEN + CHOSEN_FOR_SOUNDS:

    include: "workflow/rules/choices.smk"


include: "workflow/rules/table.smk"
include: "workflow/rules/listening_page.smk"
