"""Recover the samples of a synthesised spectrogram."""

from checkpoint_files import checkpoint_of
from job import run

from texture_core.audio.recording import read_audio, rms, write_audio
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import InversionParameters
from texture_core.records.checkpoints import remove_checkpoint
from texture_core.records.spectrogram_files import read_synthesis
from texture_core.runtime.progress import Progress


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    parameters = read_back(InversionParameters, snakemake.params.parameters)
    synthesis = read_synthesis(snakemake.input.synthesis)
    samples = synthesis.samples
    if samples is None:
        # Imports torch, which takes longer than writing samples that there are.
        from texture_core.phase.inversion import invert

        target_samples, _ = read_audio(snakemake.input.audio)
        with Progress(
            f"texture {texture}, setting {setting}", parameters.iterations, log_path=snakemake.log[0]
        ) as progress:
            samples = invert(
                synthesis.spectrogram,
                parameters,
                seed=snakemake.params.seed,
                texture=texture,
                setting=setting,
                threads=snakemake.threads,
                target_rms=rms(target_samples),
                progress=progress,
            )
    # Snakemake runs this job because it holds the synthesis finished.
    remove_checkpoint(checkpoint_of(snakemake.input.synthesis))
    write_audio(snakemake.output.audio, samples, synthesis.spectrogram.sample_rate)


run(main, snakemake)  # noqa: F821
