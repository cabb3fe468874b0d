"""How near the study's rows are to the end of the paper's optimisation.

    python -m benchmarks.convergence --results results/study --output convergence.jsonl --textures rain wind_chimes

minimises the losses of settings, with the study's features, by the paper's optimiser (L-BFGS-B, 2000 iterations from
noise), inverts the result by the paper's Griffin-Lim (500 iterations), and prints the loss of the spectrogram, also
where it converged, and of both sounds: the paper's and the study's. It goes on where it was: the state of an
optimisation is saved every minute beside the output.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from texture_core.losses.objective import Objective
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import InversionParameters, OptimizerParameters, Parameters, SpectrogramParameters
from texture_core.phase.inversion import invert
from texture_core.records.checkpoints import CheckpointPlan, remove_checkpoint
from texture_core.records.files import replacing
from texture_core.records.spectrogram_files import LOSS_COLUMNS, read_spectrogram, read_synthesis
from texture_core.spectrogram.log_magnitude import log_spectrogram

SETTINGS = ("gram", "gram_autocorrelation")
MARKS = (300, 1000, 2000)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convergence", description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, required=True, help="results of the study")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--textures", nargs="+", required=True)
    parser.add_argument("--settings", nargs="+", default=SETTINGS)
    parser.add_argument("--marks", nargs="+", type=int, default=MARKS)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    lines = options.output.read_text(encoding="utf-8").splitlines() if options.output.is_file() else []
    rows = [json.loads(line) for line in lines]
    done = {(row["texture"], row["setting"]) for row in rows}
    for texture in options.textures:
        for setting in options.settings:
            if (texture, setting) not in done:
                checkpoint = Path(f"{options.output}.checkpoints", f"{setting}.{texture}")
                rows.append(_compare(options.results, texture, setting, sorted(options.marks), checkpoint))
                with replacing(options.output) as temporary:
                    temporary.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
                remove_checkpoint(checkpoint)
    print(summary(rows))


def _compare(results, texture, setting, marks, checkpoint):
    target = read_spectrogram(results / "spectrogram" / f"{texture}.h5")
    study = read_synthesis(results / setting / "synthesis" / f"{texture}.h5")
    parameters = read_back(Parameters, study.attributes["parameters"])
    total = _study_loss(target, parameters)
    plain = replace(parameters, optimizer=OptimizerParameters(iterations=marks[-1]), start="noise")
    paper = synthesize_spectrogram(
        target, plain, seed=0, texture=texture, setting=setting, device="cpu", checkpoint=CheckpointPlan(checkpoint)
    )
    history = [dict(zip(LOSS_COLUMNS, row, strict=True)) for row in paper.loss]
    # It may have ended before some of them.
    losses = {
        str(mark): {"loss": history[mark]["total"], "seconds": history[mark]["seconds"]}
        for mark in {*(mark for mark in marks if mark < len(history)), len(history) - 1}
    }
    samples = invert(paper.spectrogram, InversionParameters(match_log_magnitude=True), seed=0)
    heard = log_spectrogram(samples, SpectrogramParameters(target.n_fft, target.hop_length))
    return {
        "texture": texture,
        "setting": setting,
        "spectrogram": losses,
        "sound": total(heard),
        "study": total(study.spectrogram.log_magnitude),
    }


def _study_loss(target, parameters):
    """Return the function from log magnitudes to the study's loss."""
    frame_rate = target.sample_rate / target.hop_length
    objective = Objective(torch.from_numpy(target.log_magnitude), replace(parameters, beta=0.0), frame_rate, 0)
    return lambda log_magnitude: objective.evaluate(torch.from_numpy(log_magnitude))[0]["total"]


def summary(rows):
    """A line for each texture and setting."""
    lines = [f"{'texture':28} {'setting':22} {'its sound':>10} {'study':>10}  spectrogram, after iterations"]
    for row in rows:
        losses = sorted(row["spectrogram"].items(), key=lambda item: int(item[0]))
        spectrogram = ", ".join(f"{loss['loss']:.3g} ({mark})" for mark, loss in losses)
        lines.append(
            f"{row['texture']:28} {row['setting']:22} {row['sound']:10.3g} {row['study']:10.3g}  {spectrogram}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
