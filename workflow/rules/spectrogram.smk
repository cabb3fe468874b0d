rule spectrogram:
    input:
        audio="results/{corpus}/audio/{texture}.wav",
    output:
        spectrogram="results/{corpus}/spectrogram/{texture}.h5",
    log:
        "results/{corpus}/logs/spectrogram/{texture}.log",
    conda:
        "../../environment.yml"
    params:
        parameters=JOBS.spectrogram(),
        code=JOBS.code("spectrogram"),
    message:
        "spectrogram: texture {wildcards.texture}"
    script:
        "../scripts/spectrogram.py"
