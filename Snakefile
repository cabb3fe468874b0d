# The entry. What a user sets stands in config/, what is computed goes to results/.
from snakemake.utils import min_version

min_version("9.27")

# A configuration that is given by hand stands alone; merged over the demo's it would inherit the demo's settings.
if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


# Every result is asked for by name, so that a run restores one that was deleted.
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
    # With its default limit, 100 jobs a second, Snakemake 9 looks at all waiting jobs again each second, once more for
    # every job that was started: the longer a study runs, the more of a core that takes (docs/performance.md).
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
