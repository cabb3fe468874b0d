rule synthesize:
    input:
        spectrogram="results/{corpus}/spectrogram/{texture}.h5",
        audio=by_setting(
            lambda setting: (
                "results/{corpus}/audio/{texture}.wav"
                if JOBS.needs_samples(setting)
                else []
            )
        ),
        weights=by_setting(JOBS.feature_weights),
    output:
        synthesis="results/{corpus}/{setting}/synthesis/{texture}.h5",
    log:
        "results/{corpus}/logs/synthesize/{setting}/{texture}.log",
    wildcard_constraints:
        # Settings with chosen weights are left to synthesize_chosen.
        setting=only(name for name in STUDY if name not in CHOSEN),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.synthesis),
        gpu=by_setting(lambda setting: int(GPU and JOBS.uses_gpu(setting))),
    params:
        parameters=by_setting(JOBS.synthesis),
        seed=CONFIGURATION.seed,
        # The names are part of the random seeds. Snakemake's cache between workflows needs them, because it only
        # compares parameters and inputs. A function of output is no reason to rerun.
        names=lambda wildcards, output: [wildcards.texture, wildcards.setting],
        code=by_setting(lambda setting: JOBS.code("synthesize", setting)),
    message:
        "synthesize: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/synthesize.py"
