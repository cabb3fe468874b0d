rule score:
    input:
        **classifier_files(JOBS.texture_scores),
        target="results/{corpus}/spectrogram/{texture}.h5",
        target_audio="results/{corpus}/audio/{texture}.wav",
        synthesis="results/{corpus}/{setting}/synthesis/{texture}.h5",
        audio="results/{corpus}/{setting}/audio/{texture}.wav",
    output:
        scores="results/{corpus}/{setting}/scores/{texture}.json",
    log:
        "results/{corpus}/logs/score/{setting}/{texture}.log",
    wildcard_constraints:
        setting=only(STUDY),
    conda:
        "../../environment.yml"
    params:
        scores=by_setting(JOBS.scores),
        first_half=by_setting(JOBS.scored_against_first_half),
        code=JOBS.code("score"),
    message:
        "score: texture {wildcards.texture}, setting {wildcards.setting}"
    script:
        "../scripts/score.py"
