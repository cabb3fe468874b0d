"""``texture-core recreate``."""

import tempfile
from pathlib import Path

from texture_core.command_line.shared import USER_ERROR, add_command
from texture_core.errors import StorageError


def add(commands):
    command = add_command(
        commands,
        "recreate",
        _recreate,
        "compute a synthesis again from its record, and compare the results",
        (
            "results/demo/full/synthesis/rain.h5 results/demo/spectrogram/rain.h5",
            "results/demo/full/synthesis/rain.h5 results/demo/spectrogram/rain.h5 -o again.h5",
        ),
    )
    command.add_argument("file", help="a synthesis (.h5) of the workflow")
    command.add_argument("spectrogram", help="the spectrogram (.h5) that it was made from")
    command.add_argument("--audio", metavar="FILE", help="the prepared recording, for methods that need samples")
    command.add_argument("-o", "--output", metavar="FILE", help="keep the new synthesis in this file")
    command.add_argument("--force", action="store_true", help="overwrite the output file")
    command.add_argument("--device", choices=("cpu", "cuda"), help="device (default: that of the record)")
    command.add_argument("--quiet", action="store_true", help="print errors only")


def _recreate(options):
    from texture_core.methods.recreation import compare, recreate
    from texture_core.records.spectrogram_files import write_synthesis
    from texture_core.runtime.progress import Progress

    if options.output and Path(options.output).exists() and not options.force:
        raise StorageError(f"{options.output}: exists already; --force overwrites it")
    for kept in (options.file, options.spectrogram, options.audio):
        if options.output and kept and Path(options.output).exists() and Path(options.output).samefile(kept):
            raise StorageError(f"-o: {options.output} is an input; name another file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(options.output or Path(folder) / "again.h5")
        with Progress("synthesis", 0, quiet=options.quiet) as progress:
            again = recreate(
                options.file, options.spectrogram, audio=options.audio, device=options.device, progress=progress
            )
        write_synthesis(path, again)
        comparison = compare(options.file, path)
    if not options.quiet:
        for line in comparison.lines:
            print(line)
    return 0 if comparison.same_values else USER_ERROR
