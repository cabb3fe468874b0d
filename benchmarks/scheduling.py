"""What jobs cost besides their work: Snakemake's own time for jobs that do nothing, and what our scripts import.

``python -m benchmarks.scheduling --jobs 1000``; seconds are of the processor, all processes of a run together, because
the clock on a shared machine tells more of the others.
"""

import argparse
import ast
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPTS = CHECKOUT / "workflow" / "scripts"
PROFILE = CHECKOUT / "workflow" / "profiles" / "default"
# How a rule makes its empty file: by a script, as all of ours do, or by a line of shell, which starts no Python.
ACTIONS = {"script": 'script: "nothing.py"', "shell": 'shell: "touch {output}"'}
SNAKEFILE = """
rule all:
    input: expand("results/{{number}}", number=range({jobs}))

rule nothing:
    output: "results/{{number}}"
    message: "nothing: {{wildcards.number}}"
    {action}
"""
_IMPORTS = """
import ast, pathlib, sys, time
sys.path[:0] = sys.argv[2:]
tree = ast.parse(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
tree.body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
code = compile(tree, sys.argv[1], "exec")
began = time.process_time()
exec(code)
print(time.process_time() - began)
"""


def job_seconds(action, jobs, cores=2):
    """What one job that only makes an empty file costs under the project's profile.

    Parameters
    ----------
    action : {'script', 'shell'}
    jobs, cores : int

    Returns
    -------
    dict
        ``plan`` and ``run``: seconds of the processor for each job of a dry run, and of the run after it; both without
        what a dry run of a single job takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "nothing.py").write_text("open(snakemake.output[0], 'x').close()\n", encoding="utf-8")
        spent = {}
        runs = (
            ("first", 1, ["--dry-run"]),
            ("start", 1, ["--dry-run"]),
            ("plan", jobs, ["--dry-run"]),
            ("run", jobs, []),
        )
        for name, count, options in runs:
            text = SNAKEFILE.format(jobs=count, action=ACTIONS[action])
            (folder / "Snakefile").write_text(text, encoding="utf-8")
            spent[name] = _processor_seconds(folder, "--cores", str(cores), *options)
        made = len(list((folder / "results").iterdir()))
    if made != jobs:
        raise RuntimeError(f"{action}: expected {jobs} files, found {made}; run snakemake by hand to see why")
    return {name: (spent[name] - spent["start"]) / jobs for name in ("plan", "run")}


def _processor_seconds(folder, *options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", str(PROFILE), "--quiet", "all", *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def import_seconds(script, repeats=3):
    """Median seconds of the processor for the imports at the top of a script, each in a process of its own."""
    folders = [str(SCRIPTS), str(SCRIPTS.parent), str(CHECKOUT)]
    command = [sys.executable, "-c", _IMPORTS, str(script), *folders]
    return statistics.median(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(repeats)
    )


def rule_scripts():
    """The scripts that rules run: those that call `job.run`."""
    return [path for path in sorted(SCRIPTS.glob("*.py")) if _calls_run(path)]


def _calls_run(path):
    last = ast.parse(path.read_text(encoding="utf-8")).body[-1]
    return isinstance(last, ast.Expr) and ast.unparse(last) == "run(main, snakemake)"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m benchmarks.scheduling")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="of the imports of each script")
    arguments = parser.parse_args()
    for script in rule_scripts():
        print(json.dumps({"imports": script.stem, "seconds": round(import_seconds(script, arguments.repeats), 3)}))
    for action in ACTIONS:
        spent = job_seconds(action, arguments.jobs, arguments.cores)
        print(json.dumps({"job": action, **{name: round(value, 4) for name, value in spent.items()}}), flush=True)


if __name__ == "__main__":
    main()
