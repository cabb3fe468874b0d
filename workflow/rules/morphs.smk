# Textures between two recordings, from the sheet of morphs, as sounds.smk makes those of one.
rule morph:
    input:
        first=lambda wildcards: recording(MORPHS[wildcards.texture].first),
        second=lambda wildcards: recording(MORPHS[wildcards.texture].second),
        weights=by_setting(JOBS.feature_weights, SOUNDS),
    output:
        audio="results/{corpus}/{setting}/audio/{texture}.{format}",
    log:
        "results/{corpus}/logs/sound/{setting}/{texture}.{format}.log",
    wildcard_constraints:
        texture=only(MORPHS),
        setting=only(setting for setting in SOUNDS if TAKES[setting] == 1),
    conda:
        "../../environment.yml"
    threads: CONFIGURATION.threads
    resources:
        **estimated(ESTIMATES.morph, MORPHS.get),
        gpu=int(GPU),
    params:
        parameters=by_setting(JOBS.morph, SOUNDS),
        positions=lambda wildcards: list(MORPHS[wildcards.texture].positions),
        # As on the command line: no name takes part in the draws, and each take has the next seed.
        seed=CONFIGURATION.seed,
        take=lambda wildcards: int(wildcards.get("take", 1)),
        # For the cache between workflows; see synthesize.smk.
        format=lambda wildcards, output: wildcards.format,
        code=by_setting(lambda setting: JOBS.code("morph", setting), SOUNDS),
    message:
        "morph: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/morph.py"


if max(TAKES.values()) > 1:

    use rule morph as morph_take with:
        output:
            audio="results/{corpus}/{setting}/audio/{texture}-{take}.{format}",
        log:
            "results/{corpus}/logs/sound/{setting}/{texture}-{take}.{format}.log",
        wildcard_constraints:
            texture=only(MORPHS),
            setting=only(setting for setting in SOUNDS if TAKES[setting] > 1),
        message:
            "morph: texture {wildcards.texture}, setting {wildcards.setting}, take {wildcards.take}"
