rule demo_corpus:
    output:
        recording="results/{corpus}/recordings/{texture}.wav",
    log:
        "results/{corpus}/logs/demo_corpus/{texture}.log",
    conda:
        "../../environment.yml"
    params:
        # For Snakemake's cache; see synthesize.smk.
        names=lambda wildcards, output: [wildcards.texture],
        code=JOBS.code("demo_corpus"),
    message:
        "demo_corpus: texture {wildcards.texture}"
    script:
        "../scripts/demo_corpus.py"
