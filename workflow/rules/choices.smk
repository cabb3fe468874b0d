# Of all settings with preset: auto.
rule choices:
    input:
        choices=lambda wildcards: expand(
            "results/{corpus}/{setting}/choice/{texture}.json",
            texture=usable_textures(),
            **wildcards,
        ),
    output:
        table="results/{corpus}/{setting}/choices.tsv",
    log:
        "results/{corpus}/logs/choices/{setting}.log",
    wildcard_constraints:
        setting=only(CHOSEN + CHOSEN_FOR_SOUNDS),
    conda:
        "../../environment.yml"
    params:
        code=JOBS.code("choices"),
    message:
        "choices: setting {wildcards.setting}"
    script:
        "../scripts/choices.py"
