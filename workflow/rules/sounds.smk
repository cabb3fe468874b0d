# Settings that make sounds: from the recording to a file in one job, with the functions of the command line.
rule sound:
    input:
        recording=lambda wildcards: recording(wildcards.texture),
        choice=by_setting(
            lambda setting: (
                "results/{corpus}/{setting}/choice/{texture}.json"
                if setting in CHOSEN_FOR_SOUNDS
                else []
            ),
            SOUNDS,
        ),
        weights=by_setting(JOBS.feature_weights, SOUNDS),
    output:
        audio="results/{corpus}/{setting}/audio/{texture}.{format}",
    log:
        "results/{corpus}/logs/sound/{setting}/{texture}.{format}.log",
    wildcard_constraints:
        setting=only(setting for setting in SOUNDS if TAKES[setting] == 1),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.sound),
        gpu=int(GPU),
    params:
        parameters=by_setting(JOBS.sound, SOUNDS),
        # As on the command line: no name takes part in the draws, and each take has the next seed.
        seed=CONFIGURATION.seed,
        take=lambda wildcards: int(wildcards.get("take", 1)),
        # For the cache between workflows; see synthesize.smk.
        format=lambda wildcards, output: wildcards.format,
        code=by_setting(lambda setting: JOBS.code("sound", setting), SOUNDS),
    message:
        "sound: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/sound.py"


rule score_sound:
    input:
        **classifier_files(JOBS.texture_scores),
        recording=lambda wildcards: recording(wildcards.texture),
        audio=lambda wildcards: sound_path(
            wildcards.setting, wildcards.texture, wildcards.get("take")
        ),
    output:
        scores="results/{corpus}/{setting}/scores/{texture}.json",
    log:
        "results/{corpus}/logs/score/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(setting for setting in SOUNDS if TAKES[setting] == 1),
    conda:
        "../../environment.yml"
    params:
        scores=list(JOBS.texture_scores),
        code=JOBS.code("score_sound"),
    message:
        "score: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/score_sound.py"
