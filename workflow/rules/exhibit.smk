EXHIBITS += [
    {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "description": JOBS.exhibit_description(name),
        "files": {
            "the figure": f"results/{{corpus}}/exhibits/{name}.svg",
            "what else belongs to it": f"results/{{corpus}}/exhibits/{name}",
        },
    }
    for name in CONFIGURATION.exhibits
]


rule exhibit:
    input:
        unpack(exhibit_inputs),
    output:
        figure="results/{corpus}/exhibits/{exhibit}.svg",
        folder=directory("results/{corpus}/exhibits/{exhibit}"),
    log:
        "results/{corpus}/logs/exhibit/{exhibit}.log",
    wildcard_constraints:
        exhibit="[a-z0-9_]+",
    conda:
        "../../environment.yml"
    resources:
        **COLLECTING,
    params:
        study=JOBS.study(),
        code=lambda wildcards: JOBS.code("exhibit", exhibit=wildcards.exhibit),
    message:
        "exhibit: {wildcards.exhibit} of {wildcards.corpus}"
    script:
        "../scripts/exhibit.py"
