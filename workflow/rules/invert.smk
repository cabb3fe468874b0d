rule invert:
    input:
        synthesis="results/{corpus}/{setting}/synthesis/{texture}.h5",
        audio="results/{corpus}/audio/{texture}.wav",
    output:
        audio="results/{corpus}/{setting}/audio/{texture}.wav",
    log:
        "results/{corpus}/logs/invert/{setting}/{texture}.log",
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    params:
        parameters=lambda wildcards: JOBS.inversion(wildcards.setting),
        seed=CONFIGURATION.seed,
        code=lambda wildcards: JOBS.code("invert", wildcards.setting),
    message:
        "invert: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/invert.py"
