"""Draw one exhibit of a study."""

from pathlib import Path

from job import run

from texture_core import registry
from texture_core.exhibits.study import Study
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.records.score_files import read_scores


def main(snakemake):
    exhibit, known = snakemake.wildcards.exhibit, snakemake.params.study
    inputs = {kind: snakemake.input.get(kind, []) for kind in ("targets", "syntheses", "scores")}
    targets = {Path(path).stem: Path(path) for path in inputs["targets"]}
    syntheses = {(Path(path).parents[1].name, Path(path).stem): Path(path) for path in inputs["syntheses"]}
    records = [read_scores(path, known["textures"]) for path in inputs["scores"]]
    found = {*targets, *(texture for _, texture in syntheses), *(record["texture"] for record in records)}
    study = Study(
        f"{snakemake.wildcards.corpus}: {exhibit.replace('_', ' ')}",
        {name: read_back(Parameters, mapping) for name, mapping in known["settings"]},
        {name: said["title"] for name, said in known["textures"].items() if name in found},
        targets,
        syntheses,
        records,
        known["seed"],
    )
    folder = Path(snakemake.output.folder)
    folder.mkdir(parents=True, exist_ok=True)
    registry.load("exhibits", exhibit).draw(Path(snakemake.output.figure), folder, study)


run(main, snakemake)  # noqa: F821
