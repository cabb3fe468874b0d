rule figures:
    input:
        target="results/{corpus}/spectrogram/{texture}.h5",
        syntheses=for_settings("results/{corpus}/{setting}/synthesis/{texture}.h5"),
    output:
        spectrogram="results/{corpus}/figures/{texture}.spectrogram.svg",
        loss="results/{corpus}/figures/{texture}.loss.svg",
    log:
        "results/{corpus}/logs/figures/{texture}.log",
    conda:
        "../../environment.yml"
    params:
        title=lambda wildcards: TEXTURES[wildcards.texture].title,
        code=JOBS.code("figures"),
    message:
        "figures: texture {wildcards.texture}"
    script:
        "../scripts/figures.py"
