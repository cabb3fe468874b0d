# A checkpoint, but asked for as one only where bad textures are skipped: else the whole plan stands from the start.
# What the other stages wait for is `passed`, as ancient(), so that a new texture reruns none of the others. Snakemake
# runs them all the same if an ancient input is missing; so `passed` is marked update(), which keeps it when a bad
# recording stops this job, while `report` goes and so demands another check.
checkpoint check_corpus:
    input:
        recordings=recordings,
    output:
        report="results/{corpus}/corpus_check.json",
        passed=update("results/{corpus}/corpus_check.passed"),
    log:
        "results/{corpus}/logs/check_corpus.log",
    conda:
        "../../environment.yml"
    params:
        audio=JOBS.audio(),
        corpus=JOBS.corpus(),
        code=JOBS.code("check_corpus"),
    message:
        "check_corpus: every recording of {wildcards.corpus}"
    script:
        "../scripts/check_corpus.py"
