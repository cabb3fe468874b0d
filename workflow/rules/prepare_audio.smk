rule prepare_audio:
    input:
        recording=lambda wildcards: recording(wildcards.texture),
        check=ancient("results/{corpus}/corpus_check.passed"),
    output:
        audio="results/{corpus}/audio/{texture}.wav",
    params:
        parameters=lambda wildcards: JOBS.audio(),
        code=lambda wildcards: JOBS.code("prepare_audio"),
    log:
        "results/{corpus}/logs/prepare_audio/{texture}.log",
    conda:
        "../../environment.yml"
    message:
        "prepare_audio: texture {wildcards.texture}"
    script:
        "../scripts/prepare_audio.py"
