"""Run a command that ends with the app: ``python -m texture_core.app.child PID MODULE ARGUMENTS``.

Linux stops the command, because a killed app cannot.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main():
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The app may have ended before the line above.
    if os.getppid() != int(parent):
        sys.exit("the app has ended")
    os.execv(sys.executable, [sys.executable, "-m", *command])


main()
