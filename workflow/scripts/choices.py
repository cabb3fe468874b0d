"""List the weights that were chosen for the textures of a setting."""

from job import run

from texture_core.records.files import read_json
from texture_core.tuning.choice import write_choices


def main(snakemake):
    write_choices(snakemake.output.table, [read_json(path) for path in snakemake.input.choices])


run(main, snakemake)  # noqa: F821
