"""Shared by the commands that synthesise: options, takes, output files and messages."""

import argparse
import math
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from texture_core.command_line.picture import write_picture
from texture_core.command_line.shared import INTERRUPTED, STANDARD_STREAM, tell
from texture_core.errors import ParameterError, StorageError
from texture_core.parameters.field import find
from texture_core.parameters.method import Parameters
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import (
    fit_to_duration,
    fix_weight,
    preset_names,
    preset_parameters,
    with_iterations,
)
from texture_core.parameters.statement import Statement
from texture_core.runtime.devices import DEVICES
from texture_core.runtime.threads import default_threads


def add_texture_options(command):
    """Add the options of all commands that synthesise; return the group of output options."""
    result = command.add_argument_group("output options")
    result.add_argument(
        "--duration",
        type=number(Statement(float, above=0)),
        metavar="SECONDS",
        help="duration of the result (default: that of the (first) recording)",
    )
    result.add_argument(
        "--loop", action="store_true", help="make a seamless loop; WAV files carry its loop points, for samplers"
    )
    result.add_argument(
        "--fade",
        type=number(Statement(float, minimum=0)),
        default=0.0,
        metavar="SECONDS",
        help="fade in and out over this long; not for loops (default: 0)",
    )
    result.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed; each seed gives another texture (default: 0)"
    )
    result.add_argument(
        "--takes",
        type=number(Statement(int, minimum=1)),
        default=1,
        metavar="N",
        help="number of textures; writes FILE-1.wav, FILE-2.wav, ... with consecutive seeds (default: 1)",
    )
    result.add_argument(
        "--encoding",
        choices=OutputParameters.stated["encoding"].choices,
        default="pcm24",
        help="sample encoding of WAV, FLAC and AIFF (default: pcm24)",
    )
    result.add_argument(
        "--plot", metavar="FILE", help="also plot spectrograms of the first 12 s to this file, .png, .svg or .pdf"
    )
    result.add_argument("--force", action="store_true", help="overwrite existing files")
    result.add_argument(
        "--save-on-interrupt",
        action="store_true",
        help="on Ctrl-C stop the optimisation and write the result so far; a second Ctrl-C exits at once",
    )
    method = command.add_argument_group("method options")
    method.add_argument(
        "--preset",
        default="default",
        choices=preset_names(),
        help="quick and default are fast; auto is default with alpha and beta chosen by quick trials; "
        "paper has the parameters of the paper and is slow; the others are paper with the weights that it recommends "
        "for a class of sounds (default: default)",
    )
    method.add_argument(
        "--iterations",
        type=number(find(Parameters, "optimizer.iterations")),
        metavar="N",
        help="number of iterations for each window of 5 to 8 s",
    )
    method.add_argument(
        "--alpha",
        type=number(find(Parameters, "alpha")),
        metavar="X",
        help="weight of the autocorrelation term, which preserves rhythm",
    )
    method.add_argument(
        "--beta",
        type=number(find(Parameters, "beta")),
        metavar="X",
        help="weight of the diversity term, which prevents copies",
    )
    machine = command.add_argument_group("other options")
    machine.add_argument(
        "--device", choices=DEVICES, default="auto", help="device; auto uses a GPU if torch finds one (default: auto)"
    )
    machine.add_argument(
        "--threads",
        type=number(Statement(int, minimum=1)),
        default=default_threads(),
        metavar="N",
        help="number of CPU threads (default: one fewer than there are processors)",
    )
    machine.add_argument(
        "--progress",
        choices=("bar", "json"),
        default="bar",
        help="show a bar, on a terminal only, or write a JSON object a line to standard error, for programs "
        "(default: bar)",
    )
    machine.add_argument("--quiet", action="store_true", help="print errors only")
    return result


def number(stated):
    """The ``type`` of an option that takes what is stated of a number: a function from text to value."""

    def converted(text):
        with suppress(ValueError):
            value = stated.type(text)
            if not list(stated.mismatches(value)):
                return value
        raise argparse.ArgumentTypeError(f"expected {stated.expected}, found {text}")

    return converted


def output_paths(options, recordings, default):
    """Return the paths of the takes; an empty list for standard output.

    Problems with file names are told here, before anything slow begins.
    """
    paths = _output_paths(options, recordings, default)
    for path in [*paths, *([Path(options.plot)] if options.plot else [])]:
        if path.exists() and not options.force:
            raise StorageError(f"{path}: exists already; --force overwrites it")
    if options.plot and Path(options.plot).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise ParameterError(f"--plot: expected a file name ending in .png, .svg or .pdf, found {options.plot}")
    from texture_core.texture.file import audio_format

    for path in paths or [Path("standard output.wav")]:
        audio_format(path, options.encoding)
    return paths


def _output_paths(options, recordings, default):
    output = options.output
    if output is None:
        output = STANDARD_STREAM if STANDARD_STREAM in recordings else default
    if output == STANDARD_STREAM:
        if options.takes > 1:
            raise ParameterError("--takes: standard output can hold only one; name a file with -o")
        if sys.stdout.isatty():
            raise ParameterError("-o: standard output is a terminal; name a file, or redirect the output")
        return []
    path = Path(output)
    if not path.name:
        raise ParameterError(f"-o: expected a file name, found {output}")
    if options.takes == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, options.takes + 1)]


def make_textures(options, plan, recordings, outputs):
    """Synthesise and write the textures of a plan; return the exit code.

    Parameters
    ----------
    options : argparse.Namespace
    plan : TexturePlan
    recordings : dict
        Title to samples and sample rate, for the plot.
    outputs : list of Path
        See `output_paths`.
    """
    from texture_core.records.files import check_writable
    from texture_core.texture.file import check_fade

    check_fade(options.fade, plan.duration, plan.loop)
    for path in outputs:
        check_writable(path)
    plan = _with_weights_chosen(options, plan)
    with tempfile.TemporaryDirectory() as folder:
        written, stopped = _take_all(options, plan, outputs or [Path(folder) / "standard output.wav"])
        if not outputs:
            with open(Path(folder) / "standard output.wav", "rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        # After the sound, so that a failing plot does not lose it.
        if options.plot:
            write_picture(options.plot, plan, recordings, written)
    return INTERRUPTED if stopped else 0


def parameters_of(options, seconds):
    """Return the parameters, fitted to the duration of the shortest recording; print a message if that changes them."""
    parameters = preset_parameters(options.preset)
    if options.iterations is not None:
        parameters = with_iterations(parameters, options.iterations)
    for name in ("alpha", "beta"):
        if getattr(options, name) is not None:
            parameters = fix_weight(parameters, name, getattr(options, name))
    shortest = min(seconds, options.duration) if options.loop and options.duration else seconds
    fitted = fit_to_duration(parameters, shortest)
    if fitted != parameters:
        limit = f"only up to lags of {fitted.autocorrelation.maximum_lag:.2f} s" if fitted.alpha > 0 else "not at all"
        tell(options, f"the sound is short ({shortest:.2f} s): rhythm is matched {limit}")
    return fitted


def _with_weights_chosen(options, plan):
    """Return the plan with the weights chosen by the preset ``auto``, once for all takes; print the reason."""
    from texture_core.tuning.choice import needs_choice

    if not needs_choice(plan.parameters):
        return plan
    from texture_core.texture.plan import choose_for_plan
    from texture_core.tuning.trials import planned_candidate_iterations

    recordings = 2 if plan.morph else 1
    candidates = recordings * planned_candidate_iterations(plan.parameters)
    with _progress(options, "choosing alpha and beta", candidates) as progress:
        plan, record = choose_for_plan(
            plan, seed=options.seed, device=options.device, threads=options.threads, progress=progress
        )
    tell(options, f"preset auto: alpha {record['alpha']:g}, beta {record['beta']:g}: {record['reason']}")
    return plan


def _take_all(options, plan, paths):
    """Synthesise and write the takes; return the path of each and whether it was interrupted."""
    from texture_core.texture.file import synthesize_to_file

    written = {}
    with _interruption(options.save_on_interrupt) as interrupted:
        for number, path in enumerate(paths):
            started = time.monotonic()
            seed = options.seed + number
            label = f"take {number + 1} of {len(paths)}" if len(paths) > 1 else "synthesis"
            with _progress(options, label, plan.iterations) as progress:
                level = synthesize_to_file(
                    path,
                    plan,
                    seed=seed,
                    encoding=options.encoding,
                    fade=options.fade,
                    device=options.device,
                    threads=options.threads,
                    progress=progress,
                    stop=interrupted,
                )
            written[f"{path.name}, seed {seed}"] = path
            tell(options, _summary(path, plan, seed, level, time.monotonic() - started, interrupted()))
            if interrupted():
                break
        return written, interrupted()


def _progress(options, label, total):
    from texture_core.runtime.progress import Progress, ProgressLines

    if options.progress == "json":
        return ProgressLines(label, total)
    return Progress(label, total, quiet=options.quiet)


def _summary(path, plan, seed, level, seconds, interrupted):
    note = ", interrupted" if interrupted else ""
    if level.shortfall > 0:
        aim = "the intended level" if plan.morph else "the recording's level"
        note += f"; {level.shortfall:.1f} dB below {aim}, so that no sample clips"
    import soundfile

    found = soundfile.info(path).duration
    kind = "loop" if plan.loop else "texture"
    channels = "stereo" if plan.channels == 2 else "mono"
    return (
        f"{path.name}: {kind} of {found:.3f} s, {plan.sample_rate} Hz, {channels}, seed {seed}, "
        f"RMS {_decibels(level.rms)}, peak {_decibels(level.peak)}, took {seconds:.0f} s{note}"
    )


def _decibels(value):
    return f"{20 * math.log10(value):.1f} dBFS" if value > 0 else "-inf dBFS"


@contextmanager
def _interruption(save):
    """Yield a function that returns whether Ctrl-C was pressed; without `save`, Ctrl-C works as usual."""
    pressed = []
    if not save:
        yield lambda: False
        return

    def handle(number, frame):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        print("\ninterrupted: writing the result so far; press Ctrl-C again to exit at once", file=sys.stderr)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
