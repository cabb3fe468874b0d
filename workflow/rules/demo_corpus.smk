rule demo_corpus:
    output:
        recording="results/{corpus}/recordings/{texture}.wav",
    params:
        code=lambda wildcards: JOBS.code("demo_corpus"),
    log:
        "results/{corpus}/logs/demo_corpus/{texture}.log",
    conda:
        "../../environment.yml"
    message:
        "demo_corpus: texture {wildcards.texture}"
    script:
        "../scripts/demo_corpus.py"
