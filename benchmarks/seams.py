"""Whether the seams of a long texture can be told, and where a loop begins again: ``python -m benchmarks.seams -h``.

Three measures of a step. Two are the largest within 0.1 s of a place: how much the log spectrum changes in 16 ms, and
the second difference of the samples against the level of those around it, which a click raises. The third is of the
place itself: the error with which the samples before it predict those from it on, over the usual error before it,
which sees a tone that does not go on. All are given as ranks among the same measure at random places of the texture:
where nothing can be told, they are spread evenly from 0 to 1.
"""

import argparse
import time

import numpy as np
import scipy.linalg
import scipy.signal
import torch

from benchmarks.problems import load
from texture_core.parameters.presets import preset_names, preset_parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.plan import plan_texture
from texture_core.texture.synthesize import synthesize_plan

RATE = 16000
HOP_LENGTH = 64
_CHANGE_FRAMES = 4
_REACH_FRAMES = 25
_CLICK_SAMPLES = 256
_PLACES = 1000
_ORDER = 32
_PAST_SAMPLES = 4000
# Windows may meet a sample sooner or later than a frame begins.
_AROUND = (-2, 6)
MEASURES = ("spectrum", "click", "prediction")
_RARE = 0.95


def steps(loop):
    """Two measures of a step at each frame of a loop, (frames,) each; samples (n,), n a multiple of 64."""
    around = np.concatenate([loop[-RATE:], loop, loop[:RATE]]).astype(np.float64)
    spectrum = log_spectrogram(around / np.abs(around).max())
    change = np.sqrt(np.mean((spectrum[:, _CHANGE_FRAMES:] - spectrum[:, :-_CHANGE_FRAMES]) ** 2, axis=0))
    first = RATE // HOP_LENGTH - _CHANGE_FRAMES // 2
    frames = len(loop) // HOP_LENGTH
    difference = np.abs(np.diff(around, 2))
    level = np.sqrt(np.convolve(difference**2, np.full(_CLICK_SAMPLES, 1 / _CLICK_SAMPLES), mode="same")) + 1e-12
    click = (difference / level)[RATE - 1 :][: len(loop)].reshape(frames, HOP_LENGTH).max(axis=1)
    return change[first : first + frames], click


def largest_near(values, frame):
    """The largest value within 0.1 s of a frame of a loop."""
    return values[np.arange(frame - _REACH_FRAMES, frame + _REACH_FRAMES + 1) % len(values)].max()


def misprediction(loop, sample):
    """The largest error of a linear prediction of the samples at a place of a loop, over the usual one before it."""
    first, last = _AROUND
    around = np.take(loop, np.arange(sample - _PAST_SAMPLES, sample + last), mode="wrap").astype(np.float64)
    past = around[:_PAST_SAMPLES]
    correlation = scipy.signal.correlate(past, past)[_PAST_SAMPLES - 1 :][: _ORDER + 1]
    correlation[0] *= 1 + 1e-9
    predictor = scipy.linalg.solve_toeplitz(correlation[:_ORDER], correlation[1:])
    error = np.abs(scipy.signal.lfilter([1, *-predictor], 1, around))
    usual = np.sqrt(np.mean(error[_ORDER : _PAST_SAMPLES + first] ** 2))
    return error[_PAST_SAMPLES + first :].max() / max(usual, 1e-12)


def ranks(loop, frames):
    """The ranks of `MEASURES`, from 0 to 1, at some frames of a loop among those at random ones: (3, places)."""
    places = np.random.default_rng(0).integers(len(loop) // HOP_LENGTH, size=_PLACES)
    found = []
    for values in steps(loop):
        elsewhere = np.array([largest_near(values, place) for place in places])
        found.append([np.mean(elsewhere <= largest_near(values, frame)) for frame in frames])
    elsewhere = np.array([misprediction(loop, HOP_LENGTH * place) for place in places])
    found.append([np.mean(elsewhere <= misprediction(loop, HOP_LENGTH * frame)) for frame in frames])
    return np.array(found)


def main():
    """Synthesise loops of several windows from recordings, and tell how much of a step there is where windows meet."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seams", description=main.__doc__)
    parser.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
    parser.add_argument("--textures", nargs="+", default=["rain", "chimes", "tapping"])
    parser.add_argument("--duration", type=float, default=60.0, help="seconds of the loop")
    parser.add_argument("--preset", choices=preset_names(), default="quick")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--threads", type=int, help="of torch")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    columns = ("texture", "seed", "measure", "at the seams", "where the loop begins again", "CPU seconds")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join([":--", "--:", *[":--"] * 3, "--:"]), "|", flush=True)
    parameters = preset_parameters(arguments.preset)
    every = []
    for problem in load(arguments.textures, None if arguments.recordings else 7.0, arguments.recordings):
        for seed in arguments.seeds:
            began = time.process_time()
            plan = plan_texture(
                problem.samples.numpy(), RATE, duration=arguments.duration, parameters=parameters, loop=True
            )
            texture = synthesize_plan(plan, seed=seed, device="cpu")
            seconds = time.process_time() - began
            found = ranks(texture, seam_frames(plan))
            every.append(found)
            for name, row in zip(MEASURES, found, strict=True):
                seams = " ".join(f"{rank:.2f}" for rank in row[:-1])
                print(f"| {problem.name} | {seed} | {name} | {seams} | {row[-1]:.2f} | {seconds:.0f} |", flush=True)
    for name, values in zip(MEASURES, np.concatenate(every, axis=1), strict=True):
        print(f"{name}: {np.sum(values > _RARE)} of {len(values)} above {_RARE}, mean {values.mean():.2f}")


def seam_frames(plan):
    """The frames of 64 samples at which the windows of a loop meet, and last the one where it begins again."""
    meetings = np.cumsum([window.stop - window.start for window in plan.windows]) * plan.target.hop_length
    # Recovered from magnitudes, the first sample of a loop is later than its first frame: see `invert_pieces`.
    late = 0 if plan.parameters.optimizer.waveform_iterations else 2 * plan.target.n_fft
    return [*((meetings[:-1] - late) // HOP_LENGTH), (meetings[-1] - late) // HOP_LENGTH]


if __name__ == "__main__":
    main()
