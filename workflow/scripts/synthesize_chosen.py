"""Synthesise like synthesize.py, with the weights chosen for the texture; store the choice in the file too."""

from job import run
from synthesis_job import compute

from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.records.files import read_json
from texture_core.tuning.choice import with_weights


def main(snakemake):
    choice = read_json(snakemake.input.choice)
    parameters = with_weights(read_back(Parameters, snakemake.params.parameters), choice["alpha"], choice["beta"])
    record = {key: choice[key] for key in ("alpha", "beta", "rule", "reason", "candidates")}
    compute(snakemake, parameters, attributes={"choice": record})


run(main, snakemake)  # noqa: F821
