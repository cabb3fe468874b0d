"""The plan of a recording's textures, for the scripts that make them."""

from texture_core.audio.recording import read_sample
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
    recording = read_sample(snakemake.input.recording)
    parameters = read_back(Parameters, given["method"])
    plan = plan_recording(recording.samples, recording.sample_rate, parameters, output, seconds=recording.seconds)
    return plan, output
