"""Write the page that shows every original beside its syntheses."""

from pathlib import Path

from job import run

from texture_core.records.score_files import read_collection_scores, read_left_out, read_scores
from texture_core.report.listening import write_listening_page
from texture_core.report.listening_exhibits import Exhibit
from texture_core.report.listening_media import Sound, TextureRow
from texture_core.report.table1 import table1


def main(snakemake):
    inputs = snakemake.input
    records = [read_scores(path) for path in inputs.scores]
    collections = [read_collection_scores(path) for path in inputs.get("collections", [])]
    syntheses = {}
    for record, audio, synthesis in zip(records, inputs.audio, inputs.syntheses, strict=True):
        syntheses.setdefault(record["texture"], {})[record["setting"]] = Sound(Path(audio), Path(synthesis))
    described = {record["texture"]: record for record in records}
    rows = [
        TextureRow(
            name=texture,
            title=described[texture]["title"],
            texture_class=described[texture]["class"],
            also_class=described[texture]["also_class"],
            original=Sound(Path(audio), Path(spectrogram)),
            syntheses=syntheses[texture],
            figures={"spectrograms": Path(spectrograms), "loss": Path(loss)},
        )
        for texture, audio, spectrogram, spectrograms, loss in zip(
            syntheses, inputs.target_audio, inputs.targets, inputs.spectrogram_figures, inputs.loss_figures, strict=True
        )
    ]
    table = table1(
        records,
        settings=list(dict.fromkeys(record["setting"] for record in records)),
        left_out=read_left_out(inputs.check),
        missing_scores={name: reason for record in records + collections for name, reason in record["missing"].items()},
        count_both_classes=snakemake.params.table["count_in_both_classes"],
        collections=collections,
    )
    files = iter(inputs.get("exhibits", []))
    exhibits = [
        Exhibit(**{**exhibit, "files": {caption: Path(next(files)) for caption in exhibit["files"]}})
        for exhibit in snakemake.params.exhibits
    ]
    write_listening_page(
        snakemake.output.folder,
        corpus=snakemake.wildcards.corpus,
        textures=rows,
        records=records,
        table=table,
        exhibits=exhibits,
    )


run(main, snakemake)  # noqa: F821
