"""``texture-core score``."""

import json
import sys

from texture_core.command_line.shared import add_command, note_of_sample, read
from texture_core.command_line.textures import number
from texture_core.parameters.statement import Statement

_SCORE_MEANINGS = {
    "autocorrelation": "distance of the rhythms, at the given levels",
    "autocorrelation_rms_matched": "distance of the rhythms, at equal levels",
    "diversity": "similarity to a time-shifted copy of the original",
    "diversity_shift": "the shift of that copy in frames (4 ms)",
    "patchwork_median": "similarity of 0.25 s pieces to their best match in the original",
    "patchwork_share": "share of the pieces that are copied (similarity above 0.5)",
    "patchwork_spectrogram_median": "as patchwork_median, for spectrograms (ignores phase)",
    "patchwork_spectrogram_share": "as patchwork_share, for spectrograms (ignores phase)",
    "mcdermott_snr": "match of McDermott & Simoncelli's statistics, dB: HIGHER is better",
    "yamnet_kl": "divergence of YAMNet's labels, in nats",
}
# Require files that only a study configures.
_OF_STUDIES = ("vggish",)


def add(commands):
    command = add_command(
        commands,
        "score",
        _score,
        "measure how similar a synthesis is to the original, and whether it is a copy",
        ("rain.wav rain-texture.wav", "rain.wav rain-texture.wav --json"),
    )
    command.add_argument("original")
    command.add_argument("synthesis")
    command.add_argument(
        "--json",
        action="store_true",
        help="print JSON: scores, reasons for missing scores, and the lags (s) of the autocorrelation",
    )
    command.add_argument(
        "--seconds",
        type=number(Statement(float, above=0)),
        metavar="SECONDS",
        help="compare only so much of the beginning of each; long sounds take minutes and gigabytes (default: all)",
    )
    command.add_argument("--yamnet", metavar="FILE", help="YAMNet's weights, for the score yamnet_kl")


def _score(options):
    from texture_core import registry
    from texture_core.parameters.method import AutocorrelationParameters
    from texture_core.scores.sounds import compare

    sounds = {name: read(name) for name in (options.original, options.synthesis)}
    for name, sound in sounds.items():
        if note := note_of_sample(name, sound):
            print(f"texture-core: {note}", file=sys.stderr)
    compared = compare(*(_beginning(sounds[name], options) for name in (options.original, options.synthesis)))
    lags = compared.lags
    if lags != AutocorrelationParameters():
        shortest = min(len(samples) for _, samples in (compared.original, compared.synthesis))
        seconds = shortest / compared.original[0].sample_rate
        told = f"rhythm is compared only for lags of {lags.minimum_lag:.2f} to {lags.maximum_lag:.2f} s"
        print(f"texture-core: the sound is short ({seconds:.2f} s): {told}", file=sys.stderr)
    missing = {}
    names = [name for name in registry.names("scores", defining="compute") if name not in _OF_STUDIES]
    given = {"missing": missing, "classifiers": {"yamnet": options.yamnet}}
    results, natural = compared.scores(names, **given), compared.natural_scores(names, **given)
    if options.json:
        compared = {"minimum_lag": lags.minimum_lag, "maximum_lag": lags.maximum_lag}
        report = {"scores": results, "missing": missing, "autocorrelation": compared, "natural_variation": natural}
        print(json.dumps(report, indent=1, sort_keys=True))
        return 0
    width = max(map(len, results))
    print(f"{'':{width}}  {'synthesis':>11}  {'natural':>11}")
    for name, value in results.items():
        between = f"{natural[name]:>11.5g}" if name in natural else f"{'-':>11}"
        print(f"{name:{width}}  {value:>11.5g}  {between}  {_meaning(name)}".rstrip())
    print("natural: the second half of the original against its first, as near as another stretch of it would be")
    for name, reason in missing.items():
        print(f"texture-core: {name} is skipped: {reason}", file=sys.stderr)
    return 0


def _beginning(sound, options):
    """Return samples and sample rate of what is compared."""
    stop = None if options.seconds is None else max(round(options.seconds * sound.sample_rate), 1)
    return sound.samples[:stop], sound.sample_rate


def _meaning(name):
    statistics = name.partition("_snr_")[2]
    if statistics:
        return f"the same for {statistics.replace('_', ' ')}: higher is better"
    return _SCORE_MEANINGS.get(name, "")
