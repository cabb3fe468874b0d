# For settings with preset: auto; included only if there are any. The choice has its own file, so that changing the number
# of iterations of the synthesis does not repeat it.
rule choose:
    input:
        spectrogram="results/{corpus}/spectrogram/{texture}.h5",
        audio="results/{corpus}/audio/{texture}.wav",
        weights=lambda wildcards: JOBS.feature_weights(wildcards.setting),
    output:
        choice="results/{corpus}/{setting}/choice/{texture}.json",
    log:
        "results/{corpus}/logs/choose/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(CHOSEN),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.choice),
        gpu=int(GPU),
    params:
        parameters=lambda wildcards: JOBS.choice(wildcards.setting),
        seed=CONFIGURATION.seed,
        # As in synthesize.smk.
        names=lambda wildcards, output: [wildcards.texture, wildcards.setting],
        code=lambda wildcards: JOBS.code("choose", wildcards.setting),
    message:
        "choose: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/choose.py"


rule synthesize_chosen:
    input:
        spectrogram="results/{corpus}/spectrogram/{texture}.h5",
        choice="results/{corpus}/{setting}/choice/{texture}.json",
        weights=lambda wildcards: JOBS.feature_weights(wildcards.setting),
    output:
        synthesis="results/{corpus}/{setting}/synthesis/{texture}.h5",
    log:
        "results/{corpus}/logs/synthesize/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(CHOSEN),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.synthesis),
        gpu=int(GPU),
    params:
        parameters=lambda wildcards: JOBS.synthesis(wildcards.setting),
        seed=CONFIGURATION.seed,
        # As in synthesize.smk.
        names=lambda wildcards, output: [wildcards.texture, wildcards.setting],
        code=lambda wildcards: JOBS.code("synthesize_chosen", wildcards.setting),
    message:
        "synthesize: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/synthesize_chosen.py"
