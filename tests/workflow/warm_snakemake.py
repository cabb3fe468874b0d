"""Snakemake without its start: a process that has it imported and forks for each run.

Each line of standard input is JSON with the arguments of `run`, each line of standard output the exit code of one run.
Nothing of the project is imported before the fork.
"""

import json
import os
import signal
import sys

import snakemake.cli


def run(arguments, folder, environment, output, seconds):
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # As python -m does.
    sys.path[0] = folder
    sys.argv = ["snakemake", *arguments]
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    signal.alarm(seconds)
    snakemake.cli.main()


def main():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


main()
