"""``python -m texture_core.command_line`` is ``texture-core``."""

import sys

from texture_core.command_line import main

sys.exit(main())
