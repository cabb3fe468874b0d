"""Headings, units, number formats and order of scores."""

import math
from dataclasses import dataclass

from texture_core.parameters.limits import COPY_DIVERSITY, COPY_SHARE


@dataclass(frozen=True)
class Unit:
    """Unit of printed scores: a power of ten, or a unit with a symbol.

    Attributes
    ----------
    exponent : int
        Exponent of the power of ten.
    symbol : str
        For example ``dB``, with exponent 0.
    """

    exponent: int = 0
    symbol: str = ""

    @property
    def factor(self):
        """Factor from a score to its printed value."""
        return 10.0**-self.exponent

    @property
    def name(self):
        """Machine-readable name, such as ``1``, ``1e-3`` or ``dB``."""
        return self.symbol or (f"1e{self.exponent}" if self.exponent else "1")

    @property
    def text(self):
        """Readable name, such as ``10⁻³`` or ``dB``; empty for 1."""
        power = str(self.exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return self.symbol or (f"10{power}" if self.exponent else "")


# Score families in the order of the paper's columns, then others: unit, and the column of the paper's table, if any.
FAMILIES = {
    "vggish_kl": (Unit(-4), "vggish_1e-4"),
    "yamnet_kl": (Unit(-4), "vggish_1e-4"),
    "autocorrelation": (Unit(-3), "autocorrelation"),
    "diversity": (Unit(0), "diversity"),
    "mcdermott_snr": (Unit(symbol="dB"), None),
    "frechet_yamnet": (Unit(), None),
}
_NAMES = {
    "vggish_kl": "VGGish KL",
    "yamnet_kl": "YAMNet KL",
    "mcdermott_snr": "McDermott SNR",
    "frechet_yamnet": "Fréchet audio distance of YAMNet embeddings",
}
_HIGHER_IS_BETTER = frozenset({"mcdermott_snr"})
# Positive scores that span orders of magnitude.
_RATIOS = frozenset({"vggish_kl", "yamnet_kl", "autocorrelation", "diversity"})

# Positions, not qualities; their means over textures are meaningless.
NOT_AVERAGED = frozenset({"diversity_shift"})


def score_unit(score):
    """Return the `Unit` of a score's family, or 1 without a family.

    For example, ``autocorrelation_rms_matched`` is of the family ``autocorrelation``.
    """
    family = _family(score)
    return FAMILIES[family][0] if family else Unit()


def higher_is_better(score):
    """Return whether larger values of a score are better; of most scores, smaller ones are."""
    return _family(score) in _HIGHER_IS_BETTER


def is_ratio(score):
    """Whether a score is on a ratio scale, so that its values are compared by their quotient."""
    return _family(score) in _RATIOS


def score_heading(score):
    """Return the readable name of a score with its unit, and "higher is better" if so.

    For example, ``autocorrelation, RMS matched (10⁻³)`` or ``McDermott SNR (dB, higher is better)``.
    """
    family = _family(score)
    rest = score[len(family) + 1 :].replace("_", " ").replace("rms", "RMS") if family else ""
    name = _NAMES.get(family, family or score.replace("_", " "))
    name = f"{name}, {rest}" if rest else name
    unit = "" if score in NOT_AVERAGED else score_unit(score).text
    remarks = [text for text in (unit, "higher is better" if higher_is_better(score) else "") if text]
    return f"{name} ({', '.join(remarks)})" if remarks else name


def copy_remark(scores):
    """Return what a set of scores says about copies of the recording, empty if it says nothing.

    Parameters
    ----------
    scores : dict
        For example ``{"diversity": 2.1, "patchwork_share": 0.04}``; the larger of both patchwork shares counts.
    """
    if (finite(scores.get("diversity")) or 0.0) > COPY_DIVERSITY:
        return "a copy of the recording"
    shares = [finite(scores.get(name)) or 0.0 for name in ("patchwork_share", "patchwork_spectrogram_share")]
    return f"{max(shares):.0%} as in the recording" if max(shares) > COPY_SHARE else ""


def capitalized(text):
    """Convert the first letter to upper case and keep the others."""
    return text[:1].upper() + text[1:]


def format_number(value):
    """Format a number with three significant digits, without an exponent if readable; ``–`` for None.

    Examples
    --------
    >>> [format_number(value) for value in (1234.5, 80.66, 9.7, 0.0123, None)]
    ['1234', '80.7', '9.70', '0.0123', '–']
    """
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.2e}"
    # Digits are those of the rounded value: 9.996 is printed as 10.0, not as 10.00.
    magnitude = math.floor(math.log10(abs(float(f"{value:.2e}"))))
    return f"{value:.{max(2 - magnitude, 0)}f}"


def score_text(score, value):
    """Format a score in the unit of `score_heading`; integers are unscaled, ``–`` stands for no value."""
    value = finite(value)
    return str(value) if isinstance(value, int) else format_number(value and value * score_unit(score).factor)


def score_names(records):
    """Return the scores of all records: the paper's columns in order, each followed by its variants, and others."""
    order = list(FAMILIES)

    def key(name):
        family = _family(name)
        return (order.index(family) if family else len(order), name)

    return tuple(sorted({name for record in records for name in record["scores"]}, key=key))


def _family(score):
    return next((family for family in FAMILIES if score == family or score.startswith(f"{family}_")), None)


def finite(value):
    return value if value is not None and math.isfinite(value) else None
