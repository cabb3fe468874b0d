"""Collect the scores in one table, and their means per setting and class beside the paper's."""

from job import run

from texture_core.storage import read_json
from texture_core.tables import write_scores_tsv, write_table1


def main(snakemake):
    records = [read_json(path) for path in snakemake.input.scores]
    collections = [read_json(path) for path in snakemake.input.get("collections", [])]
    settings = list(dict.fromkeys(record["setting"] for record in records))
    write_scores_tsv(snakemake.output.scores, records, settings=settings)
    write_table1(
        snakemake.output.table1,
        snakemake.output.markdown,
        records,
        settings=settings,
        left_out=read_json(snakemake.input.check)["left_out"],
        missing_scores={name: reason for record in records + collections for name, reason in record["missing"].items()},
        count_both_classes=snakemake.params.table["count_in_both_classes"],
        collections=collections,
    )


run(main, snakemake)  # noqa: F821
