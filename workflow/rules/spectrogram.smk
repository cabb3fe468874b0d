rule spectrogram:
    input:
        audio="results/{corpus}/audio/{texture}.wav",
    output:
        spectrogram="results/{corpus}/spectrogram/{texture}.h5",
    params:
        parameters=lambda wildcards: JOBS.spectrogram(),
        code=lambda wildcards: JOBS.code("spectrogram"),
    log:
        "results/{corpus}/logs/spectrogram/{texture}.log",
    conda:
        "../../environment.yml"
    message:
        "spectrogram: texture {wildcards.texture}"
    script:
        "../scripts/spectrogram.py"
