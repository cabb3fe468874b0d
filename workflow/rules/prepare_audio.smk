rule prepare_audio:
    input:
        recording=lambda wildcards: recording(wildcards.texture),
    output:
        audio="results/{corpus}/audio/{texture}.wav",
    log:
        "results/{corpus}/logs/prepare_audio/{texture}.log",
    conda:
        "../../environment.yml"
    params:
        parameters=JOBS.audio(),
        code=JOBS.code("prepare_audio"),
    message:
        "prepare_audio: texture {wildcards.texture}"
    script:
        "../scripts/prepare_audio.py"
