"""List the weights that were chosen for the textures of a setting."""

from job import run

from texture_core.choice import write_choices
from texture_core.storage import read_json


def main(snakemake):
    write_choices(snakemake.output.table, [read_json(path) for path in snakemake.input.choices])


run(main, snakemake)  # noqa: F821
