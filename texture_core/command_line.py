"""``texture-core``: synthesise, score and inspect from a shell, one sound at a time.

Everything that takes time to import is imported by the command that needs it, so that ``--help`` answers at once.
"""

import argparse
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from texture_core import __version__
from texture_core.errors import AudioError, ParameterError, StorageError, TextureError

USER_ERROR, USAGE_ERROR, INTERRUPTED = 1, 2, 130
STANDARD_STREAM = "-"
_LOSS_ROWS = 12
_EXIT_CODES = "exit codes: 0 done, 1 an error that the message explains, 2 wrong usage, 130 interrupted"
_SCORE_MEANINGS = {
    "autocorrelation": "distance of the rhythm, levels as they are",
    "autocorrelation_rms_matched": "distance of the rhythm, levels matched",
    "diversity": "nearness to a copy of the original moved in time",
    "diversity_shift": "frames (4 ms) by which the original is moved there",
    "patchwork_median": "nearness of pieces of 0.25 s to their likes in the original",
    "patchwork_share": "share of the pieces that are copied (above 0.5)",
    "patchwork_spectrogram_median": "the same of spectrograms, phases aside",
    "patchwork_spectrogram_share": "the same of spectrograms, phases aside",
    "yamnet_kl": "how differently YAMNet labels it, in nats",
}


def main(arguments=None):
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        Default: those of the process.

    Returns
    -------
    int
        The exit code: 0; 1 for an error that the user can mend, told in one line; 130 if interrupted. Wrong usage
        leaves with code 2 by ``SystemExit``, as argparse does.
    """
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except TextureError as error:
        print(f"texture-core: error: {' '.join(str(error).split())}", file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:
        # Whoever read the output has left; what is still buffered may not fail again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USER_ERROR
    except KeyboardInterrupt:
        print("texture-core: interrupted; what was not finished was not written", file=sys.stderr)
        return INTERRUPTED


def build_parser():
    """The `argparse.ArgumentParser` of all commands."""
    parser = argparse.ArgumentParser(
        prog="texture-core",
        description="New sounds of the kind that a recording shows: rain from rain, applause from applause.",
        epilog=f"examples:\n"
        f"  texture-core synthesize rain.wav --duration 60 -o more-rain.wav\n"
        f"  texture-core morph rain.wav fire.wav --position 0 1 --duration 20 -o rain-into-fire.wav\n"
        f"  texture-core score rain.wav more-rain.wav\n"
        f"  texture-core inspect results/demo/full/synthesis/rain.h5\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"texture-core {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_synthesize(commands)
    _add_morph(commands)
    _add_score(commands)
    _add_inspect(commands)
    _add_recreate(commands)
    return parser


def _add_command(commands, name, run, summary, examples):
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog="examples:\n"
        + "".join(f"  texture-core {name} {example}\n" for example in examples)
        + f"\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _add_synthesize(commands):
    command = _add_command(
        commands,
        "synthesize",
        _synthesize,
        "make a new texture from a recording of one",
        (
            "rain.wav",
            "rain.wav --duration 600 --seed 3 -o rain-10min.flac",
            "crickets.wav --loop --duration 20 -o crickets-loop.wav",
            "clock.wav --takes 4 --preset quick --plot clock.png -o clock.wav --force",
            "- --duration 30 < rain.wav | aplay",
        ),
    )
    command.add_argument("recording", help="any format that libsndfile reads; - reads standard input")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=".wav, .flac, .aiff or .ogg; - writes WAV to standard output (default: RECORDING-texture.wav, in the "
        "current folder)",
    )
    result = _add_texture_options(command)
    result.add_argument(
        "--channels",
        choices=("keep", "mono"),
        default="keep",
        help="whether stereo stays stereo, with its width and balance, or is mixed down, which takes less time; more "
        "than two channels can only be mixed (default: keep)",
    )
    result.add_argument(
        "--computed-rate",
        type=int,
        choices=(16000, 24000, 32000, 48000),
        default=16000,
        metavar="HZ",
        help="16000, 24000, 32000 or 48000: what the recording has above half of it does not come back, and time grows "
        "with it (default: 16000, the paper's)",
    )


def _add_morph(commands):
    command = _add_command(
        commands,
        "morph",
        _morph,
        "make a texture between two recordings, or one that goes from the one to the other",
        (
            "rain.wav fire.wav",
            "rain.wav fire.wav --position 0.3 --loop --duration 8 -o rain-with-fire.wav",
            "rain.wav fire.wav --position 0 1 --duration 20 -o rain-into-fire.wav",
            "rain.wav fire.wav --position 0 1 0 --duration 60 -o there-and-back.flac",
        ),
    )
    command.add_argument("first", help="any format that libsndfile reads; - reads standard input")
    command.add_argument("second", help="as the first, of any length and sample rate")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=".wav, .flac, .aiff or .ogg, at the first recording's sample rate; - writes WAV to standard output "
        "(default: FIRST-SECOND.wav, in the current folder)",
    )
    command.add_argument(
        "--position",
        type=_share,
        nargs="+",
        default=[0.5],
        metavar="P",
        help="from 0, the first recording, to 1, the second; several are passed through from the start to the end, at "
        "equal distances in time (default: 0.5)",
    )
    _add_texture_options(command)


def _add_texture_options(command):
    """What all that make textures have; the group of options on the result."""
    result = command.add_argument_group("the result")
    result.add_argument("--duration", type=_above_zero, metavar="SECONDS", help="default: as the (first) recording")
    result.add_argument("--loop", action="store_true", help="the end is followed by the start without a seam")
    result.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, another texture (default: 0)")
    result.add_argument(
        "--takes",
        type=_count,
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
        choices=("quick", "default", "auto", "paper", "rhythmic", "pitched", "speech_music", "other"),
        help="quick and default start near and are fast; auto is as default, and first tries which alpha and beta suit "
        "the recording; paper is the publication's own, slow; the others are as paper with weights for a kind of sound "
        "(default: default)",
    )
    method.add_argument("--iterations", type=_count, metavar="N", help="for each window of 5 to 8 s")
    method.add_argument("--alpha", type=_at_least_zero, metavar="X", help="weight of the rhythm")
    method.add_argument("--beta", type=_at_least_zero, metavar="X", help="weight of not being a copy")
    machine = command.add_argument_group("the machine")
    machine.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="(default: auto)")
    machine.add_argument("--threads", type=_count, metavar="N", help="of the CPU (default: torch's choice)")
    machine.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return result


def _add_score(commands):
    command = _add_command(
        commands,
        "score",
        _score,
        "measure how near a synthesis is to an original, and how far from a copy; lower is better",
        ("rain.wav rain-texture.wav", "rain.wav rain-texture.wav --json"),
    )
    command.add_argument("original")
    command.add_argument("synthesis")
    command.add_argument("--json", action="store_true", help="numbers by name, and why others are missing")
    command.add_argument("--yamnet", metavar="FILE", help="the weights of YAMNet, for the score that needs them")


def _add_inspect(commands):
    command = _add_command(
        commands,
        "inspect",
        _inspect,
        "tell what made a file of spectrogram or synthesis",
        ("results/demo/full/synthesis/rain.h5", "results/demo/spectrogram/rain.h5 --json"),
    )
    command.add_argument("file", help="an .h5 file of the workflow")
    command.add_argument("--json", action="store_true")


def _add_recreate(commands):
    command = _add_command(
        commands,
        "recreate",
        _recreate,
        "compute a synthesis again from its own record, and compare",
        (
            "results/demo/full/synthesis/rain.h5 results/demo/spectrogram/rain.h5",
            "results/demo/full/synthesis/rain.h5 results/demo/spectrogram/rain.h5 -o again.h5",
        ),
    )
    command.add_argument("file", help="a synthesis of the workflow")
    command.add_argument("spectrogram", help="the recording's spectrogram that it was made from")
    command.add_argument("--audio", metavar="FILE", help="the prepared recording, of methods that look at its samples")
    command.add_argument("-o", "--output", metavar="FILE", help="keep what is computed")
    command.add_argument("--force", action="store_true", help="overwrite that file")
    command.add_argument("--device", choices=("cpu", "cuda"), help="(default: that of the record)")
    command.add_argument("--quiet", action="store_true", help="say nothing but errors")


def _above_zero(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
    return value


def _at_least_zero(text):
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of at least 0, found {text}")
    return value


def _share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, found {text}")
    return value


def _count(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text}")
    return value


# --- synthesize ---


def _synthesize(options):
    from texture_core.texture import plan_texture

    def plan():
        samples, sample_rate = _read(options.recording)
        parameters = _parameters(options, len(samples) / sample_rate)
        plan = plan_texture(
            samples,
            sample_rate,
            duration=options.duration,
            parameters=parameters,
            loop=options.loop,
            channels=options.channels,
            computed_rate=options.computed_rate,
        )
        return plan, {"recording": (samples, sample_rate)}

    return _make_textures(options, plan, [options.recording], f"{Path(options.recording).stem}-texture.wav")


def _morph(options):
    names = [options.first, options.second]
    if names == [STANDARD_STREAM, STANDARD_STREAM]:
        raise ParameterError("standard input holds one recording, found - for both; name a file for the other")

    from texture_core.morphing import plan_morph

    def plan():
        (first, rate), (second, second_rate) = recordings = [_read(name) for name in names]
        parameters = _parameters(options, min(len(first) / rate, len(second) / second_rate))
        plan = plan_morph(
            first,
            second,
            rate,
            position=options.position,
            second_sample_rate=second_rate,
            duration=options.duration,
            parameters=parameters,
            loop=options.loop,
        )
        return plan, dict(zip(("first", "second"), recordings, strict=True))

    return _make_textures(options, plan, names, f"{Path(options.first).stem}-{Path(options.second).stem}.wav")


def _make_textures(options, make_plan, names, default_output):
    """Plan and write what the options ask for; the exit code."""
    outputs = _output_paths(options, names, default_output)
    # What is wrong with the names is told before anything slow begins.
    for path in [*outputs, *([Path(options.plot)] if options.plot else [])]:
        if path.exists() and not options.force:
            raise StorageError(f"{path}: exists already; --force overwrites it")
    if options.plot and Path(options.plot).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise ParameterError(f"--plot: expected a name that ends in .png, .svg or .pdf, found {options.plot}")

    from texture_core.texture import audio_format

    for path in outputs or [Path("standard output.wav")]:
        audio_format(path, options.encoding)
    plan, recordings = make_plan()
    plan = _with_weights_chosen(options, plan)
    with tempfile.TemporaryDirectory() as folder:
        written, stopped = _take_all(options, plan, outputs or [Path(folder) / "standard output.wav"])
        if options.plot:
            _plot(options.plot, plan, recordings, written)
        if not outputs:
            with open(Path(folder) / "standard output.wav", "rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
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
    if options.takes == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, options.takes + 1)]


def _read(name):
    from texture_core.audio import read_recording

    if name != STANDARD_STREAM:
        return read_recording(name)
    # libsndfile seeks, which a pipe cannot.
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        try:
            return read_recording(file.name)
        except AudioError as error:
            raise AudioError(str(error).replace(file.name, "standard input")) from None


def _parameters(options, seconds):
    from texture_core.presets import fit_to_duration, fix_weight, preset_parameters

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
        _tell(options, f"{shortest:.2f} s are short: rhythm is matched {limit}")
    return fitted


def _with_weights_chosen(options, plan):
    """The plan with the weights that the preset ``auto`` chooses, once for all takes; told with the reason."""
    from texture_core.choice import needs_choice

    if not needs_choice(plan.parameters):
        return plan
    from texture_core.auto import planned_candidate_iterations
    from texture_core.progress import Progress
    from texture_core.texture import choose_for_plan

    recordings = 2 if plan.morph else 1
    with Progress("choosing alpha and beta", recordings * planned_candidate_iterations(plan.parameters)) as progress:
        plan, record = choose_for_plan(
            plan, seed=options.seed, device=options.device, threads=options.threads, progress=progress
        )
    _tell(options, f"preset auto: alpha {record['alpha']:g}, beta {record['beta']:g}: {record['reason']}")
    return plan


def _take_all(options, plan, paths):
    """Compute and write the takes: where each is, and whether that was interrupted."""
    from texture_core.progress import Progress
    from texture_core.texture import synthesize_to_file

    written = {}
    with _interruption(options.save_on_interrupt) as interrupted:
        for number, path in enumerate(paths):
            started = time.monotonic()
            seed = options.seed + number
            label = f"take {number + 1} of {len(paths)}" if len(paths) > 1 else "synthesis"
            with Progress(label, plan.iterations) as progress:
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
            _tell(options, _summary(path, plan, seed, level, time.monotonic() - started, interrupted()))
            if interrupted():
                break
        return written, interrupted()


def _summary(path, plan, seed, level, seconds, interrupted):
    note = ", interrupted" if interrupted else ""
    if level.shortfall > 0:
        note += f"; {level.shortfall:.1f} dB below the recording's level, so that no sample clips"
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


def _plot(path, plan, recordings, written):
    import soundfile

    from texture_core.morph_path import geometric
    from texture_core.preview import SECONDS_SHOWN, write_preview

    unit = plan.target_unit
    units = [unit]
    if plan.morph:
        units.append(plan.morph.second_unit)
        unit = geometric(*units, plan.morph.middle)
    panels = {
        name: _panel(plan, samples[: int(SECONDS_SHOWN * sample_rate)], sample_rate, own)
        for (name, (samples, sample_rate)), own in zip(recordings.items(), units, strict=True)
    }
    for title, file in written.items():
        with soundfile.SoundFile(file) as sound:
            samples = sound.read(int(SECONDS_SHOWN * sound.samplerate), dtype="float32", always_2d=True)
            panels[title] = _panel(plan, samples, sound.samplerate, unit)
    write_preview(path, panels, sample_rate=plan.target.sample_rate, hop_length=plan.target.hop_length)


def _panel(plan, samples, sample_rate, unit):
    """The log spectrogram of what the result's channels have together, on the scale of samples over a unit."""
    import numpy as np

    from texture_core.channels import resample
    from texture_core.parameters import SpectrogramParameters
    from texture_core.spectrogram import log_spectrogram

    if samples.shape[1] > plan.channels:
        samples = samples.mean(axis=1, keepdims=True)
    scaled = resample(samples, sample_rate, plan.target.sample_rate) / unit
    spectrogram = SpectrogramParameters(plan.target.n_fft, plan.target.hop_length)
    power = np.mean([np.expm1(log_spectrogram(channel, spectrogram)) ** 2 for channel in scaled.T], axis=0)
    return np.log1p(np.sqrt(power))


def _tell(options, text):
    if not options.quiet:
        print(text, file=sys.stderr)


# --- score ---


def _score(options):
    from texture_core import registry
    from texture_core.audio import prepare_audio
    from texture_core.parameters import AudioParameters, Parameters
    from texture_core.presets import fit_to_duration
    from texture_core.scoring import score
    from texture_core.spectrogram import log_spectrogram
    from texture_core.storage import Spectrogram

    audio = AudioParameters(normalize="none")
    sides = [prepare_audio(*_read(name), audio) for name in (options.original, options.synthesis)]
    # The method normalises originals to peak 1; the synthesis keeps its level relative to that.
    peak = abs(sides[0]).max()
    sides = [side / peak for side in sides]
    shortest = min(len(side) for side in sides) / audio.sample_rate
    parameters = fit_to_duration(replace(Parameters(), alpha=0.0), shortest)
    spectrograms = [Spectrogram(log_spectrogram(side), audio.sample_rate, 512, 64) for side in sides]
    missing = {}
    results = score(
        registry.names("scores", defining="compute"),
        missing=missing,
        target=spectrograms[0],
        synthesis=spectrograms[1],
        target_samples=sides[0],
        synthesis_samples=sides[1],
        sample_rate=audio.sample_rate,
        autocorrelation=parameters.autocorrelation,
        classifiers={"yamnet": options.yamnet},
    )
    # These are of the spectrogram before phase recovery, and of a sound there is none.
    results = {name: value for name, value in results.items() if name not in _BEFORE_PHASE_RECOVERY}
    if options.json:
        print(json.dumps({"scores": results, "missing": missing}, indent=1, sort_keys=True))
        return 0
    width = max(map(len, results))
    for name, value in results.items():
        print(f"{name:{width}}  {value:>11.5g}  {_SCORE_MEANINGS.get(name, '')}".rstrip())
    for name, reason in missing.items():
        print(f"texture-core: {name} is left out: {reason}", file=sys.stderr)
    return 0


_BEFORE_PHASE_RECOVERY = ("autocorrelation_spectrogram", "diversity_spectrogram")


# --- inspect ---


def _inspect(options):
    import h5py

    from texture_core.provenance import recorded
    from texture_core.storage import LOSS_COLUMNS, read_spectrogram, read_synthesis

    spectrogram = read_spectrogram(options.file)
    with h5py.File(options.file, "r") as file:
        is_synthesis = "loss" in file
        version = str(file.attrs.get("texture_core_version", "unknown"))
    frames = spectrogram.log_magnitude.shape[1]
    facts = {
        "file": options.file,
        "kind": "synthesis" if is_synthesis else "spectrogram",
        "texture_core_version": version,
        "shape": list(spectrogram.log_magnitude.shape),
        "duration": (frames - 1) * spectrogram.hop_length / spectrogram.sample_rate,
        **{name: getattr(spectrogram, name) for name in ("sample_rate", "n_fft", "hop_length", "window", "scale")},
        "maximum": float(spectrogram.log_magnitude.max()),
        "mean": float(spectrogram.log_magnitude.mean()),
    }
    rows = []
    if is_synthesis:
        synthesis = read_synthesis(options.file)
        facts.update(synthesis.attributes | {"provenance": recorded(synthesis)})
        if isinstance(facts.get("choice"), str):
            facts["choice"] = json.loads(facts["choice"])
        rows = [dict(zip(LOSS_COLUMNS, map(float, row), strict=True)) for row in synthesis.loss]
    if options.json:
        # JSON has no NaN, which a term has where it took no part.
        facts["loss"] = [{name: None if math.isnan(value) else value for name, value in row.items()} for row in rows]
        print(json.dumps(facts, indent=1, sort_keys=True))
        return 0
    for name, value in facts.items():
        _print_fact(name, value, "")
    if rows:
        # A column of which nothing is known, such as the clock's, is left out.
        _print_losses(rows, [name for name in LOSS_COLUMNS if not all(math.isnan(row[name]) for row in rows)])
    return 0


def _print_fact(name, value, indent):
    if isinstance(value, dict):
        print(f"{indent}{name}:")
        for key, item in value.items():
            _print_fact(key, item, indent + "  ")
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        print(f"{indent}{name}:")
        for item in value:
            print(f"{indent}  " + ", ".join(f"{key} {_number(number)}" for key, number in item.items()))
    else:
        text = f"{value:.6g}" if isinstance(value, float) else value
        print(f"{indent}{name}: {text}")


def _number(value):
    return "none" if value is None else f"{value:.4g}"


def _print_losses(rows, columns):
    last = len(rows) - 1
    shown = sorted({round(last * number / (_LOSS_ROWS - 1)) for number in range(_LOSS_ROWS)})
    print("loss:")
    print("  ".join(["iteration", *(f"{column:>15}" for column in columns)]))
    for index in shown:
        values = (f"{rows[index][column]:>15.4g}" for column in columns)
        print("  ".join([f"{index:>9}", *values]))


# --- recreate ---


def _recreate(options):
    from texture_core.progress import Progress
    from texture_core.recreation import compare, recreate
    from texture_core.storage import write_synthesis

    if options.output and Path(options.output).exists() and not options.force:
        raise StorageError(f"{options.output}: exists already; --force overwrites it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(options.output or Path(folder) / "again.h5")
        with Progress("synthesis", 0) as progress:
            again = recreate(
                options.file, options.spectrogram, audio=options.audio, device=options.device, progress=progress
            )
        write_synthesis(path, again)
        comparison = compare(options.file, path)
    if not options.quiet:
        for line in comparison.lines:
            print(line)
    return 0 if comparison.same_values else USER_ERROR


if __name__ == "__main__":
    sys.exit(main())
