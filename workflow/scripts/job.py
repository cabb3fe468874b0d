"""What the scripts of all rules share: this checkout's library, and errors that are told without a traceback."""

import sys
import traceback
from pathlib import Path

# The code that the digests cover is then the code that runs, whatever else is installed.
_WORKFLOW = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_WORKFLOW.parent), str(_WORKFLOW)]


def run(main, snakemake):
    """Run a script's ``main(snakemake)``; an error that the user can mend goes to the log and the terminal as text."""
    from texture_core.errors import TextureError

    log = Path(snakemake.log[0])
    log.write_text("", encoding="utf-8")
    try:
        main(snakemake)
    except TextureError as error:
        texture = snakemake.wildcards.get("texture")
        message = f"{error}" if texture is None or texture in str(error) else f"texture {texture}: {error}"
        _append(log, message)
        print(message, file=sys.stderr)
        sys.exit(1)
    except Exception:
        _append(log, traceback.format_exc())
        raise


def _append(log, text):
    with open(log, "a", encoding="utf-8") as file:
        print(text, file=file)
