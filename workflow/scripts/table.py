"""Write the table of all scores, and the means per setting and class beside the paper's."""

from job import run

from texture_core.records.score_files import read_collection_scores, read_left_out, read_scores
from texture_core.report.score_rows import write_scores_tsv
from texture_core.report.table1_files import write_table1


def main(snakemake):
    records = [read_scores(path, snakemake.params.textures) for path in snakemake.input.scores]
    collections = [read_collection_scores(path) for path in snakemake.input.get("collections", [])]
    settings = list(dict.fromkeys(record["setting"] for record in records))
    write_scores_tsv(snakemake.output.scores, records, settings=settings)
    write_table1(
        snakemake.output.table1,
        snakemake.output.markdown,
        records,
        settings=settings,
        left_out=read_left_out(snakemake.input.check),
        missing_scores={name: reason for record in records + collections for name, reason in record["missing"].items()},
        count_both_classes=snakemake.params.table["count_in_both_classes"],
        collections=collections,
    )


run(main, snakemake)  # noqa: F821
