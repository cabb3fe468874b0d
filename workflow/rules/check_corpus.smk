# A checkpoint, but asked for as one only where bad textures are skipped: else the whole plan stands from the start.
# No stage waits for its report where they stop the run: onstart (see the Snakefile) has then looked at every recording
# before any job. An ancient() input in its place would hide other reasons to run from dry runs: Snakemake does not look
# for reasons of its own in a job that has an unfinished job before it, even where that one would not trigger it.
checkpoint check_corpus:
    input:
        recordings=recordings,
    output:
        report="results/{corpus}/corpus_check.json",
    log:
        "results/{corpus}/logs/check_corpus.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: ESTIMATES.collecting(attempt).megabytes,
        runtime=lambda wildcards, attempt: ESTIMATES.collecting(attempt).minutes,
    params:
        audio=JOBS.audio(),
        corpus=JOBS.corpus(),
        code=JOBS.code("check_corpus"),
    message:
        "check_corpus: every recording of {wildcards.corpus}"
    script:
        "../scripts/check_corpus.py"
