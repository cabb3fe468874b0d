rule figures:
    input:
        target="results/{corpus}/spectrogram/{texture}.h5",
        syntheses=for_settings("results/{corpus}/{setting}/synthesis/{texture}.h5"),
    output:
        spectrogram="results/{corpus}/figures/{texture}.spectrogram.svg",
        loss="results/{corpus}/figures/{texture}.loss.svg",
    params:
        title=lambda wildcards: described(wildcards.texture)["title"],
        code=lambda wildcards: JOBS.code("figures"),
    log:
        "results/{corpus}/logs/figures/{texture}.log",
    conda:
        "../../environment.yml"
    message:
        "figures: texture {wildcards.texture}"
    script:
        "../scripts/figures.py"
