"""``texture-core synthesize``."""

from pathlib import Path

from texture_core.command_line.shared import add_command, note_of_sample, read, tell
from texture_core.command_line.textures import add_texture_options, make_textures, output_paths, parameters_of
from texture_core.parameters.output import OutputParameters


def add(commands):
    command = add_command(
        commands,
        "synthesize",
        _synthesize,
        "synthesise a new texture from a recording",
        (
            "rain.wav",
            "rain.wav --duration 600 --seed 3 -o rain-10min.flac",
            "crickets.wav --loop --duration 20 -o crickets-loop.wav",
            "clock.wav --takes 4 --preset quick --plot takes.png -o take.wav",
            "- --duration 30 < rain.wav | aplay",
        ),
    )
    command.add_argument("recording", help="recording in any format that libsndfile reads; - reads standard input")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="output file, .wav, .flac, .aiff or .ogg; - writes WAV to standard output (default: RECORDING-texture.wav "
        "in the current folder)",
    )
    result = add_texture_options(command)
    result.add_argument(
        "--channels",
        choices=OutputParameters.stated["channels"].choices,
        default="keep",
        help="keep stereo, with its width and balance, or mix down to mono, which is faster; more than two channels "
        "require mono (default: keep)",
    )
    result.add_argument(
        "--computed-rate",
        type=int,
        choices=OutputParameters.stated["computed_rate"].choices,
        default=16000,
        metavar="HZ",
        help="sample rate of the synthesis: 16000, 24000, 32000 or 48000; frequencies above half of it are lost, and "
        "higher rates take longer (default: 16000, the paper's)",
    )


def _synthesize(options):
    outputs = output_paths(options, [options.recording], f"{Path(options.recording).stem}-texture.wav")
    from texture_core.texture.plan import plan_recording

    recording = read(options.recording)
    tell(options, note_of_sample(options.recording, recording))
    samples, sample_rate = recording.samples, recording.sample_rate
    parameters = parameters_of(options, recording.seconds)
    output = OutputParameters(
        duration=options.duration,
        loop=options.loop,
        channels=options.channels,
        computed_rate=options.computed_rate,
    )
    plan = plan_recording(samples, sample_rate, parameters, output, seconds=recording.seconds)
    return make_textures(options, plan, {"recording": (samples, sample_rate)}, outputs)
