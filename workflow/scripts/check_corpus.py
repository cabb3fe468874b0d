"""Look at every recording and report which can be used."""

from job import run
from planning.recordings import demands, look_at, refusal

from texture_core.errors import AudioError
from texture_core.storage import write_json


def main(snakemake):
    corpus, audio = snakemake.params.corpus, snakemake.params.audio
    names = [texture["name"] for texture in corpus["textures"]]
    usable, bad = look_at(corpus, audio, dict(zip(names, snakemake.input.recordings, strict=True)))
    bad = corpus["left_out"] + bad
    if bad and (corpus["bad_textures"] == "stop" or not usable):
        raise AudioError(refusal(bad, corpus))
    write_json(snakemake.output.report, {"textures": usable, "left_out": bad, "demands": demands(corpus, audio)})


run(main, snakemake)  # noqa: F821
