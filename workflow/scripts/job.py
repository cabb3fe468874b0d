"""Shared by the scripts of all rules: import this checkout's library, and report user errors without a traceback."""

import errno
import sys
import traceback
from contextlib import suppress
from pathlib import Path

# Run the code that the digests cover, whatever else is installed.
_WORKFLOW = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_WORKFLOW.parent), str(_WORKFLOW)]

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


def run(main, snakemake):
    """Run a script's ``main(snakemake)``; print errors that the user can fix to the log and the terminal."""
    from texture_core.errors import TextureError

    log = Path(snakemake.log[0])
    try:
        log.write_text("", encoding="utf-8")
        main(snakemake)
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            _append(log, traceback.format_exc())
            raise
        # The log itself, or an input file; a failure to write results is a TextureError.
        path = error.filename or log
        done = "written" if Path(path) == log else "opened"
        message = f"{path}: cannot be {done} ({error.strerror}); free or unlock it and its folder"
        _append(log, message)
        print(message, file=sys.stderr)
        sys.exit(1)
    except TextureError as error:
        wildcards = {key: snakemake.wildcards.get(key) for key in ("texture", "setting")}
        missing = [f"{key} {name}" for key, name in wildcards.items() if name is not None and name not in str(error)]
        message = f"{', '.join(missing)}: {error}" if missing else str(error)
        _append(log, message)
        print(message, file=sys.stderr)
        sys.exit(1)
    except Exception:
        _append(log, traceback.format_exc())
        raise


def _append(log, text):
    # A log that cannot be written must not hide the message.
    with suppress(OSError), open(log, "a", encoding="utf-8") as file:
        print(text, file=file)
