"""Look at every recording, header and samples, before anything is computed from any of them."""

from job import run

from texture_core.audio import check_recording
from texture_core.errors import AudioError
from texture_core.parameters import AudioParameters, from_mapping
from texture_core.storage import write_json, write_text


def main(snakemake):
    corpus = snakemake.params.corpus
    audio = from_mapping(AudioParameters, snakemake.params.audio)
    usable = []
    bad = [{"texture": texture["name"], "reason": texture["reason"]} for texture in corpus["left_out"]]
    for texture, path in zip(corpus["textures"], snakemake.input.recordings, strict=True):
        try:
            facts = check_recording(path, audio, corpus["minimum_seconds"])
        except AudioError as error:
            bad.append({"texture": texture["name"], "reason": str(error)})
        else:
            usable.append({key: texture[key] for key in ("name", "class", "also_class", "title")} | facts)
    if bad and (corpus["bad_textures"] == "stop" or not usable):
        raise AudioError(_refusal(bad, corpus))
    write_json(snakemake.output.report, {"textures": usable, "left_out": bad})
    write_text(snakemake.output.passed, "Every recording was looked at; corpus_check.json tells what was found.\n")


def _refusal(bad, corpus):
    count = len(corpus["textures"]) + len(corpus["left_out"])
    lines = [
        f"{len(bad)} of {count} recordings cannot be used; no job goes on from them.",
        *(f"  - texture {item['texture']}: {item['reason']}" for item in bad),
        f"A recording must last at least {corpus['minimum_seconds']:.3f} s, for {corpus['minimum_reason']}.",
        "Mend the recordings or remove them from the corpus"
        + ("; bad_textures: skip goes on without them." if corpus["bad_textures"] == "stop" else "; none is left."),
    ]
    return "\n".join(lines)


run(main, snakemake)  # noqa: F821
