# As choose.smk, for settings that make sounds.
rule choose_for_sounds:
    input:
        recording=lambda wildcards: recording(wildcards.texture),
        weights=by_setting(JOBS.feature_weights, CHOSEN_FOR_SOUNDS),
    output:
        choice="results/{corpus}/{setting}/choice/{texture}.json",
    log:
        "results/{corpus}/logs/choose/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(CHOSEN_FOR_SOUNDS),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.choice),
        gpu=int(GPU),
    params:
        parameters=by_setting(JOBS.choice_for_sounds, CHOSEN_FOR_SOUNDS),
        seed=CONFIGURATION.seed,
        code=by_setting(
            lambda setting: JOBS.code("choose_for_sounds", setting), CHOSEN_FOR_SOUNDS
        ),
    message:
        "choose: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/choose_for_sounds.py"
