# Entry point. Users' settings are in config/; all results go to results/.
from snakemake.utils import min_version

min_version("9.27")

# --configfile replaces the demo's configuration; if it were merged over it, it would inherit the demo's settings.
if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


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
        for_all("results/{corpus}/{setting}/scores/{texture}.json"),
        for_all("results/{corpus}/{setting}/choice/{texture}.json", CHOSEN),
        expand(f"results/{CORPUS}/{{setting}}/choices.tsv", setting=CHOSEN),
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


include: "workflow/rules/check_corpus.smk"
include: "workflow/rules/prepare_audio.smk"
include: "workflow/rules/spectrogram.smk"
include: "workflow/rules/synthesize.smk"


if CHOSEN:

    include: "workflow/rules/choose.smk"


include: "workflow/rules/invert.smk"
include: "workflow/rules/classifier.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/collection_score.smk"
include: "workflow/rules/table.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/exhibit.smk"
include: "workflow/rules/listening_page.smk"
