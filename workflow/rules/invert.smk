rule invert:
    input:
        synthesis="results/{corpus}/{setting}/synthesis/{texture}.h5",
        audio="results/{corpus}/audio/{texture}.wav",
    output:
        audio="results/{corpus}/{setting}/audio/{texture}.wav",
    log:
        "results/{corpus}/logs/invert/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(STUDY),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.inversion),
    params:
        parameters=by_setting(JOBS.inversion),
        seed=CONFIGURATION.seed,
        # The names are part of the random seeds. Snakemake's cache between workflows needs them, because it only
        # compares parameters and inputs. A function of output is no reason to rerun.
        names=lambda wildcards, output: [wildcards.texture, wildcards.setting],
        code=by_setting(lambda setting: JOBS.code("invert", setting)),
    message:
        "invert: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/invert.py"
