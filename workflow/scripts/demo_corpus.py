"""Make one recording of the built-in demo."""

from job import run

from texture_core.audio.recording import write_audio
from texture_core.demo import demo_texture

SAMPLE_RATE = 16000


def main(snakemake):
    samples = demo_texture(snakemake.wildcards.texture, sample_rate=SAMPLE_RATE)
    write_audio(snakemake.output.recording, samples, SAMPLE_RATE)


run(main, snakemake)  # noqa: F821
