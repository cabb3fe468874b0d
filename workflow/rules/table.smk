rule table:
    input:
        scores=for_all("results/{corpus}/{setting}/scores/{texture}.json"),
        check="results/{corpus}/corpus_check.json",
    output:
        scores="results/{corpus}/scores.tsv",
        table1="results/{corpus}/table1.tsv",
        markdown="results/{corpus}/table1.md",
    params:
        table={"count_in_both_classes": CONFIGURATION.count_in_both_classes},
        code=lambda wildcards: JOBS.code("table"),
    log:
        "results/{corpus}/logs/table.log",
    conda:
        "../../environment.yml"
    message:
        "table: {wildcards.corpus}"
    script:
        "../scripts/table.py"
