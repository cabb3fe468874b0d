"""Shared by the scripts that make sounds of a recording: its plan."""

from texture_core.audio.recording import read_recording
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.parameters.output import OutputParameters
from texture_core.texture.of_recording import plan_recording


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
    given = snakemake.params.parameters
    output = read_back(OutputParameters, given["output"])
    samples, sample_rate = read_recording(snakemake.input.recording)
    return plan_recording(samples, sample_rate, read_back(Parameters, given["method"]), output), output
