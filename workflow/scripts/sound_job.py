"""The plan of a recording's textures and their file, for the scripts that make sounds."""

from checkpoint_files import checkpoint_of
from granted_device import granted_device

from texture_core.audio.recording import read_sample
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.parameters.output import OutputParameters
from texture_core.records.checkpoints import CheckpointPlan
from texture_core.runtime.progress import Progress
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.plan import plan_recording


def given(snakemake):
    """Read a job's parameters, of the method and of the output."""
    mappings = snakemake.params.parameters
    return read_back(Parameters, mappings["method"]), read_back(OutputParameters, mappings["output"])


def planned(snakemake):
    """Read a job's recording and plan its textures.

    Parameters
    ----------
    snakemake : object
        The script's ``snakemake`` object.

    Returns
    -------
    plan : TexturePlan
    output : OutputParameters
    """
    parameters, output = given(snakemake)
    recording = read_sample(snakemake.input.recording)
    plan = plan_recording(recording.samples, recording.sample_rate, parameters, output, seconds=recording.seconds)
    return plan, output


def write_sound(snakemake, plan, output):
    """Synthesise a plan, with the seed of the job's take, and write the sound."""
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    output_file, interval = snakemake.output.audio, snakemake.config["checkpoint_interval"]
    with Progress(f"texture {texture}, setting {setting}", plan.iterations, log_path=snakemake.log[0]) as progress:
        level = synthesize_to_file(
            output_file,
            plan,
            seed=snakemake.params.seed + snakemake.params.take - 1,
            encoding=output.encoding,
            device=granted_device(snakemake),
            threads=snakemake.threads,
            progress=progress,
            checkpoint=None if interval is None else CheckpointPlan(checkpoint_of(output_file), note=progress.note),
            code=snakemake.params.code,
        )
        if level.shortfall > 0:
            aim = "the intended level" if plan.morph else "the recording's level"
            progress.note(f"{level.shortfall:.1f} dB below {aim}, so that no sample clips")
