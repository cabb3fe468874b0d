"""What the commands that make textures share: their options, the takes, the files and what is told of them."""

import argparse
import math
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from texture_core.command_line.picture import write_picture
from texture_core.command_line.shared import INTERRUPTED, STANDARD_STREAM, tell
from texture_core.errors import ParameterError, StorageError
from texture_core.parameters.field import find
from texture_core.parameters.method import Parameters
from texture_core.parameters.presets import fit_to_duration, fix_weight, preset_names, preset_parameters
from texture_core.parameters.statement import Statement
from texture_core.runtime.devices import DEVICES


def add_texture_options(command):
    """What all that make textures have; the group of options on the result."""
    result = command.add_argument_group("the result")
    result.add_argument(
        "--duration",
        type=number(Statement(float, above=0)),
        metavar="SECONDS",
        help="default: as the (first) recording",
    )
    result.add_argument("--loop", action="store_true", help="the end is followed by the start without a seam")
    result.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, another texture (default: 0)")
    result.add_argument(
        "--takes",
        type=number(Statement(int, minimum=1)),
        default=1,
        metavar="N",
        help="several textures, FILE-1.wav and so on, with the seeds that follow --seed (default: 1)",
    )
    result.add_argument(
        "--encoding",
        choices=("pcm16", "pcm24", "float"),
        default="pcm24",
        help="of WAV, FLAC and AIFF (default: pcm24)",
    )
    result.add_argument("--plot", metavar="FILE", help="also a picture, .png, .svg or .pdf, of the first 12 s")
    result.add_argument("--force", action="store_true", help="overwrite files")
    result.add_argument(
        "--save-on-interrupt",
        action="store_true",
        help="at Ctrl-C write what there is, as if the iterations ended there; a second Ctrl-C leaves at once",
    )
    method = command.add_argument_group("the method")
    method.add_argument(
        "--preset",
        default="default",
        choices=preset_names(),
        help="quick and default start near and are fast; auto is as default, and first tries which alpha and beta suit "
        "the recording; paper is the publication's own, slow; the others are as paper with weights for a kind of sound "
        "(default: default)",
    )
    method.add_argument(
        "--iterations",
        type=number(find(Parameters, "optimizer.iterations")),
        metavar="N",
        help="for each window of 5 to 8 s",
    )
    method.add_argument("--alpha", type=number(find(Parameters, "alpha")), metavar="X", help="weight of the rhythm")
    method.add_argument("--beta", type=number(find(Parameters, "beta")), metavar="X", help="weight of not being a copy")
    machine = command.add_argument_group("the machine")
    machine.add_argument("--device", choices=DEVICES, default="auto", help="(default: auto)")
    machine.add_argument(
        "--threads", type=number(Statement(int, minimum=1)), metavar="N", help="of the CPU (default: torch's choice)"
    )
    machine.add_argument("--quiet", action="store_true", help="say nothing but errors")
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


def make_textures(options, make_plan, names, default_output):
    """Plan and write what the options ask for; the exit code."""
    outputs = _output_paths(options, names, default_output)
    # What is wrong with the names is told before anything slow begins.
    for path in [*outputs, *([Path(options.plot)] if options.plot else [])]:
        if path.exists() and not options.force:
            raise StorageError(f"{path}: exists already; --force overwrites it")
    if options.plot and Path(options.plot).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise ParameterError(f"--plot: expected a name that ends in .png, .svg or .pdf, found {options.plot}")

    from texture_core.records.files import check_writable
    from texture_core.texture.file import audio_format

    for path in outputs or [Path("standard output.wav")]:
        audio_format(path, options.encoding)
    plan, recordings = make_plan()
    for path in outputs:
        check_writable(path)
    plan = _with_weights_chosen(options, plan)
    with tempfile.TemporaryDirectory() as folder:
        written, stopped = _take_all(options, plan, outputs or [Path(folder) / "standard output.wav"])
        if not outputs:
            with open(Path(folder) / "standard output.wav", "rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        # After the sound, so that a picture that cannot be drawn does not cost it.
        if options.plot:
            write_picture(options.plot, plan, recordings, written)
    return INTERRUPTED if stopped else 0


def _output_paths(options, recordings, default):
    """Where the takes go; none where they go to standard output."""
    output = options.output
    if output is None:
        output = STANDARD_STREAM if STANDARD_STREAM in recordings else default
    if output == STANDARD_STREAM:
        if options.takes > 1:
            raise ParameterError("--takes: standard output has place for one; name a file with -o")
        if sys.stdout.isatty():
            raise ParameterError("-o: standard output is a terminal; name a file, or send the sound into a pipe")
        return []
    path = Path(output)
    if not path.name:
        raise ParameterError(f"-o: expected the name of a file, found {output}")
    if options.takes == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, options.takes + 1)]


def parameters_of(options, seconds):
    """The parameters asked for, fitted to the seconds of the shortest recording; told if that changes them."""
    parameters = preset_parameters(options.preset)
    if options.iterations is not None:
        parameters = replace(parameters, optimizer=replace(parameters.optimizer, iterations=options.iterations))
    for name in ("alpha", "beta"):
        if getattr(options, name) is not None:
            parameters = fix_weight(parameters, name, getattr(options, name))
    shortest = min(seconds, options.duration) if options.loop and options.duration else seconds
    fitted = fit_to_duration(parameters, shortest)
    if fitted != parameters:
        limit = f"only up to {fitted.autocorrelation.maximum_lag:.2f} s" if fitted.alpha > 0 else "not at all"
        tell(options, f"{shortest:.2f} s are short: rhythm is matched {limit}")
    return fitted


def _with_weights_chosen(options, plan):
    """The plan with the weights that the preset ``auto`` chooses, once for all takes; told with the reason."""
    from texture_core.tuning.choice import needs_choice

    if not needs_choice(plan.parameters):
        return plan
    from texture_core.runtime.progress import Progress
    from texture_core.texture.plan import choose_for_plan
    from texture_core.tuning.trials import planned_candidate_iterations

    recordings = 2 if plan.morph else 1
    candidates = recordings * planned_candidate_iterations(plan.parameters)
    with Progress("choosing alpha and beta", candidates, quiet=options.quiet) as progress:
        plan, record = choose_for_plan(
            plan, seed=options.seed, device=options.device, threads=options.threads, progress=progress
        )
    tell(options, f"preset auto: alpha {record['alpha']:g}, beta {record['beta']:g}: {record['reason']}")
    return plan


def _take_all(options, plan, paths):
    """Compute and write the takes: where each is, and whether that was interrupted."""
    from texture_core.runtime.progress import Progress
    from texture_core.texture.file import synthesize_to_file

    written = {}
    with _interruption(options.save_on_interrupt) as interrupted:
        for number, path in enumerate(paths):
            started = time.monotonic()
            seed = options.seed + number
            label = f"take {number + 1} of {len(paths)}" if len(paths) > 1 else "synthesis"
            with Progress(label, plan.iterations, quiet=options.quiet) as progress:
                level = synthesize_to_file(
                    path,
                    plan,
                    seed=seed,
                    encoding=options.encoding,
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


def _summary(path, plan, seed, level, seconds, interrupted):
    note = ", interrupted" if interrupted else ""
    if level.shortfall > 0:
        aim = "the level aimed at" if plan.morph else "the recording's level"
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
    """Yield a function that tells whether Ctrl-C was pressed; without `save`, Ctrl-C is what it always is."""
    pressed = []
    if not save:
        yield lambda: False
        return

    def handle(number, frame):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        print("\ninterrupted: writing what there is; press Ctrl-C again to leave at once", file=sys.stderr)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
