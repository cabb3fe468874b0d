"""``texture-core score``."""

import json
import sys
from dataclasses import replace

from texture_core.command_line.shared import add_command, read

_SCORE_MEANINGS = {
    "autocorrelation": "distance of the rhythm, levels as they are",
    "autocorrelation_rms_matched": "distance of the rhythm, levels matched",
    "diversity": "nearness to a copy of the original moved in time",
    "diversity_shift": "frames (4 ms) by which the original is moved there",
    "patchwork_median": "nearness of pieces of 0.25 s to their likes in the original",
    "patchwork_share": "share of the pieces that are copied (above 0.5)",
    "patchwork_spectrogram_median": "the same of spectrograms, phases aside",
    "patchwork_spectrogram_share": "the same of spectrograms, phases aside",
    "mcdermott_snr": "nearness of McDermott & Simoncelli's statistics, dB: HIGHER is better",
    "yamnet_kl": "how differently YAMNet labels it, in nats",
}
# These want files that only a study names.
_OF_STUDIES = ("vggish",)
# These are of the spectrogram before phase recovery, and of a sound there is none.
_BEFORE_PHASE_RECOVERY = ("autocorrelation_spectrogram", "diversity_spectrogram")


def add(commands):
    command = add_command(
        commands,
        "score",
        _score,
        "measure how near a synthesis is to an original, and how far from a copy",
        ("rain.wav rain-texture.wav", "rain.wav rain-texture.wav --json"),
    )
    command.add_argument("original")
    command.add_argument("synthesis")
    command.add_argument(
        "--json",
        action="store_true",
        help="numbers by name, why others are missing, and the lags (s) of the autocorrelation",
    )
    command.add_argument("--yamnet", metavar="FILE", help="the weights of YAMNet, for the score that needs them")


def _score(options):
    from texture_core import registry
    from texture_core.audio.recording import prepare_audio
    from texture_core.parameters.method import AudioParameters, Parameters
    from texture_core.parameters.presets import fit_to_duration
    from texture_core.records.spectrogram_files import Spectrogram
    from texture_core.scores.compute import score
    from texture_core.spectrogram.log_magnitude import log_spectrogram

    audio = AudioParameters(normalize="none")
    sides = [prepare_audio(*read(name), audio) for name in (options.original, options.synthesis)]
    # The method normalises originals to peak 1; the synthesis keeps its level relative to that.
    peak = abs(sides[0]).max()
    sides = [side / peak for side in sides]
    shortest = min(len(side) for side in sides) / audio.sample_rate
    parameters = fit_to_duration(replace(Parameters(), alpha=0.0), shortest)
    spectrograms = [Spectrogram(log_spectrogram(side), audio.sample_rate, 512, 64) for side in sides]
    lags = parameters.autocorrelation
    if lags != Parameters().autocorrelation:
        told = f"rhythm is compared from {lags.minimum_lag:.2f} to {lags.maximum_lag:.2f} s only"
        print(f"texture-core: {shortest:.2f} s are short: {told}", file=sys.stderr)
    missing = {}
    results = score(
        [name for name in registry.names("scores", defining="compute") if name not in _OF_STUDIES],
        missing=missing,
        target=spectrograms[0],
        synthesis=spectrograms[1],
        target_samples=sides[0],
        synthesis_samples=sides[1],
        sample_rate=audio.sample_rate,
        autocorrelation=lags,
        classifiers={"yamnet": options.yamnet},
    )
    results = {name: value for name, value in results.items() if name not in _BEFORE_PHASE_RECOVERY}
    if options.json:
        compared = {"minimum_lag": lags.minimum_lag, "maximum_lag": lags.maximum_lag}
        report = {"scores": results, "missing": missing, "autocorrelation": compared}
        print(json.dumps(report, indent=1, sort_keys=True))
        return 0
    width = max(map(len, results))
    for name, value in results.items():
        print(f"{name:{width}}  {value:>11.5g}  {_meaning(name)}".rstrip())
    for name, reason in missing.items():
        print(f"texture-core: {name} is left out: {reason}", file=sys.stderr)
    return 0


def _meaning(name):
    statistics = name.partition("_snr_")[2]
    if statistics:
        return f"of them, {statistics.replace('_', ' ')}: higher is better"
    return _SCORE_MEANINGS.get(name, "")
