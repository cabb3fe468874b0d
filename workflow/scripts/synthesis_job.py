"""Shared by the scripts that synthesise: progress, checkpoints and output files."""

from dataclasses import replace
from pathlib import Path

from checkpoint_files import checkpoint_of
from granted_device import granted_device

from texture_core.methods.synthesize_spectrogram import planned_iterations, synthesize_spectrogram
from texture_core.methods.task import uses_gpu
from texture_core.records.checkpoints import CheckpointPlan, remove_leftovers
from texture_core.records.files import write_json
from texture_core.records.provenance import without_clock
from texture_core.records.spectrogram_files import read_spectrogram, write_synthesis
from texture_core.runtime.progress import Progress


def compute(snakemake, parameters, *, samples=None, attributes=None):
    """Synthesise and write the result, resuming from a checkpoint if there is one.

    Parameters
    ----------
    snakemake : object
        The script's ``snakemake`` object.
    parameters : Parameters
    samples : numpy.ndarray, optional
        (n,), float32: the recording.
    attributes : dict, optional
        Further attributes of the synthesis file.
    """
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    output, log, interval = snakemake.output.synthesis, snakemake.log[0], snakemake.config["checkpoint_interval"]
    target = read_spectrogram(snakemake.input.spectrogram)
    device = granted_device(snakemake) if uses_gpu(parameters.method) else "cpu"
    remove_leftovers(output)
    label = f"texture {texture}, setting {setting}"
    with Progress(label, planned_iterations(parameters), log_path=log) as progress:
        checkpoint = None if interval is None else CheckpointPlan(checkpoint_of(output), interval, progress.note)
        synthesis = synthesize_spectrogram(
            target,
            parameters,
            seed=snakemake.params.seed,
            texture=texture,
            setting=setting,
            device=device,
            threads=snakemake.threads,
            progress=progress,
            target_samples=samples,
            code=snakemake.params.code,
            checkpoint=checkpoint,
        )
    synthesis, seconds = without_clock(synthesis)
    write_json(Path(log).with_suffix(".seconds.json"), {"seconds": seconds})
    write_synthesis(output, replace(synthesis, attributes=synthesis.attributes | (attributes or {})))
