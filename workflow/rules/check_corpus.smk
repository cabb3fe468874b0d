# A checkpoint, but only used as one if bad textures are skipped; otherwise all jobs are known from the start, and no job
# depends on the report, because onstart (in the Snakefile) checks every recording before the first job. An ancient()
# input instead would hide reasons to rerun from dry runs: Snakemake does not look for them in jobs that depend on
# an unfinished job, even if that job would not trigger them.
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
        **COLLECTING,
    params:
        audio=JOBS.audio(),
        corpus=JOBS.corpus(),
        code=JOBS.code("check_corpus"),
    message:
        "check_corpus: every recording of {wildcards.corpus}"
    script:
        "../scripts/check_corpus.py"
