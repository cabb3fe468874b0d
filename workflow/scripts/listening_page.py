"""Write the page that shows every original beside its syntheses."""

from pathlib import Path

from job import run
from planning.naming import column_name

from texture_core.records.score_files import read_collection_scores, read_left_out, read_scores
from texture_core.report.listening import write_listening_page
from texture_core.report.listening_exhibits import Exhibit
from texture_core.report.listening_media import Sound, TextureRow
from texture_core.report.table1 import table1


def main(snakemake):
    inputs = snakemake.input
    records = [read_scores(path, snakemake.params.textures) for path in inputs.scores]
    collections = [read_collection_scores(path) for path in inputs.get("collections", [])]
    settings = list(dict.fromkeys(record["setting"] for record in records))
    described = {record["texture"]: record for record in records}
    syntheses = {texture: {} for texture in described}
    for audio, synthesis in zip(inputs.audio, inputs.syntheses, strict=True):
        syntheses[Path(audio).stem][Path(audio).parents[1].name] = Sound(Path(audio), Path(synthesis))
    sounds = iter(inputs.sounds)
    for setting, takes, loop in snakemake.params.sounds:
        for take in takes:
            for texture in described:
                syntheses[texture][column_name(setting, take)] = Sound(Path(next(sounds)), loop=loop)
    # Sounds are heard beside the recording as it is, and not as a study prepares it.
    originals = [Sound(Path(path)) for path in inputs.recordings] or [
        Sound(*map(Path, paths)) for paths in zip(inputs.target_audio, inputs.targets, strict=True)
    ]
    figures = [
        {"spectrograms": Path(spectrograms), "loss": Path(loss)}
        for spectrograms, loss in zip(inputs.spectrogram_figures, inputs.loss_figures, strict=True)
    ] or [{}] * len(originals)
    rows = [
        TextureRow(
            name=texture,
            title=record["title"],
            texture_class=record["class"],
            also_class=record["also_class"],
            original=original,
            syntheses=syntheses[texture],
            figures=drawn,
        )
        for (texture, record), original, drawn in zip(described.items(), originals, figures, strict=True)
    ]
    rows += _morphs(snakemake, dict(zip(described, originals, strict=True)))
    table = table1(
        records,
        settings=settings,
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


def _morphs(snakemake, originals):
    """The rows of the morphs between usable recordings, beside the first and with a link to the second."""
    files, rows = iter(snakemake.input.get("morphs", [])), []
    for morph in snakemake.params.get("morphs", []):
        if originals.keys() >= {*morph["recordings"]}:
            first, second = (originals[name] for name in morph["recordings"])
            sounds = {column: Sound(Path(next(files)), loop=loop) for column, loop in morph["sounds"]}
            figures = {"second recording": second.audio}
            rows.append(TextureRow(morph["name"], morph["title"], "morph", "", first, sounds, figures))
    return rows


run(main, snakemake)  # noqa: F821
