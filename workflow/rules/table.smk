rule table:
    input:
        scores=scores,
        collections=collection_scores,
        check="results/{corpus}/corpus_check.json",
    output:
        scores="results/{corpus}/scores.tsv",
        table1="results/{corpus}/table1.tsv",
        markdown="results/{corpus}/table1.md",
    log:
        "results/{corpus}/logs/table.log",
    conda:
        "../../environment.yml"
    resources:
        **COLLECTING,
    params:
        textures=JOBS.described(title=False),
        table={"count_in_both_classes": CONFIGURATION.count_in_both_classes},
        code=JOBS.code("table"),
    message:
        "table: {wildcards.corpus}"
    script:
        "../scripts/table.py"
