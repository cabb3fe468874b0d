rule collection_score:
    input:
        **classifier_files(JOBS.collection_scores),
        target_audio=for_textures("results/{corpus}/audio/{texture}.wav"),
        audio=for_textures("results/{corpus}/{setting}/audio/{texture}.wav"),
    output:
        scores="results/{corpus}/{setting}/collection_scores.json",
    log:
        "results/{corpus}/logs/collection_score/{setting}.log",
    conda:
        "../../environment.yml"
    resources:
        **COLLECTING,
    params:
        scores=list(JOBS.collection_scores),
        classes=JOBS.classes(),
        first_half=by_setting(JOBS.scored_against_first_half),
        code=JOBS.code("collection_score"),
    message:
        "collection_score: setting {wildcards.setting}"
    script:
        "../scripts/collection_score.py"
