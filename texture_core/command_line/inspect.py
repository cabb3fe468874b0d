"""``texture-core inspect``."""

import json
import math

from texture_core.command_line.shared import add_command

_LOSS_ROWS = 12


def add(commands):
    command = add_command(
        commands,
        "inspect",
        _inspect,
        "show how a spectrogram or synthesis file was made",
        ("results/demo/full/synthesis/rain.h5", "results/demo/spectrogram/rain.h5 --json"),
    )
    command.add_argument("file", help="an .h5 file of the workflow")
    command.add_argument("--json", action="store_true")


def _inspect(options):
    import h5py

    from texture_core.records.provenance import recorded
    from texture_core.records.spectrogram_files import LOSS_COLUMNS, read_spectrogram, read_synthesis

    spectrogram = read_spectrogram(options.file)
    with h5py.File(options.file, "r", locking=False) as file:
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
        # JSON has no NaN, the value of unused loss terms.
        facts["loss"] = [{name: None if math.isnan(value) else value for name, value in row.items()} for row in rows]
        print(json.dumps(facts, indent=1, sort_keys=True))
        return 0
    for name, value in facts.items():
        _print_fact(name, value, "")
    if rows:
        # Omit columns without values, such as the seconds.
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
            print(f"{indent}  " + ", ".join(f"{key} {_short(inner)}" for key, inner in item.items()))
    else:
        text = f"{value:.6g}" if isinstance(value, float) else value
        print(f"{indent}{name}: {text}")


def _short(value):
    if value is None:
        return "none"
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _print_losses(rows, columns):
    last = len(rows) - 1
    shown = sorted({round(last * number / (_LOSS_ROWS - 1)) for number in range(_LOSS_ROWS)})
    print("loss:")
    print("  ".join(["iteration", *(f"{column:>15}" for column in columns)]))
    for index in shown:
        values = (f"{rows[index][column]:>15.4g}" for column in columns)
        print("  ".join([f"{index:>9}", *values]))
