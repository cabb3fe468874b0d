"""Check every recording and report which are usable."""

from job import run
from planning.recordings import demands, facts, look_at, refusal

from texture_core.errors import AudioError
from texture_core.records.files import write_json


def main(snakemake):
    corpus, audio = snakemake.params.corpus, snakemake.params.audio
    names = [texture["name"] for texture in corpus["textures"]]
    paths = dict(zip(names, snakemake.input.recordings, strict=True))
    usable, bad = look_at(corpus, audio, paths)
    bad = corpus["left_out"] + bad
    if bad and (corpus["bad_textures"] == "stop" or not usable):
        raise AudioError(refusal(bad, corpus))
    report = {"textures": usable, "left_out": bad, "demands": demands(corpus, audio), "recordings": facts(paths)}
    write_json(snakemake.output.report, report)


run(main, snakemake)  # noqa: F821
