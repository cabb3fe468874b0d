"""Fetch YAMNet's weights, or record why they are unavailable."""

from pathlib import Path

from job import run

from texture_core.classifiers.fetch import fetch_yamnet
from texture_core.errors import ClassifierError
from texture_core.records.files import write_json


def main(snakemake):
    missing = None
    try:
        fetch_yamnet(snakemake.output.weights)
    except ClassifierError as error:
        missing = f"{error}; then run again with --forcerun classifier"
        Path(snakemake.log[0]).write_text(f"{missing}\n", encoding="utf-8")
        Path(snakemake.output.weights).touch()
    write_json(snakemake.output.record, {"missing": missing})


run(main, snakemake)  # noqa: F821
