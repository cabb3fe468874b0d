"""How a score is called and printed: its heading, its unit, its digits and its place among the others."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What a score is printed in: a power of ten, or a unit with a symbol.

    Attributes
    ----------
    exponent : int
        Of ten.
    symbol : str
        Such as ``dB``; then the exponent is 0.
    """

    exponent: int = 0
    symbol: str = ""

    @property
    def factor(self):
        """What a score is multiplied by to be printed in this unit."""
        return 10.0**-self.exponent

    @property
    def name(self):
        """For machines: ``1`` or, for instance, ``1e-3`` or ``dB``."""
        return self.symbol or (f"1e{self.exponent}" if self.exponent else "1")

    @property
    def text(self):
        """For people: empty or, for instance, ``10⁻³`` or ``dB``."""
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

# Where something lies, and not how good it is: a mean over textures says nothing.
NOT_AVERAGED = frozenset({"diversity_shift"})


def score_unit(score):
    """The `Unit` in which a score is printed: that of its family (``autocorrelation_rms_matched`` is of the family
    ``autocorrelation``), else 1.
    """
    family = _family(score)
    return FAMILIES[family][0] if family else Unit()


def higher_is_better(score):
    """Whether a larger value of a score is the better one; of most the smaller is."""
    return _family(score) in _HIGHER_IS_BETTER


def score_heading(score):
    """A score's name for people, with its unit, and its direction where that is not the usual one:
    ``autocorrelation, RMS matched (10⁻³)``, ``McDermott SNR (dB, higher is better)``.
    """
    family = _family(score)
    rest = score[len(family) + 1 :].replace("_", " ").replace("rms", "RMS") if family else ""
    name = _NAMES.get(family, family or score.replace("_", " "))
    name = f"{name}, {rest}" if rest else name
    unit = "" if score in NOT_AVERAGED else score_unit(score).text
    remarks = [text for text in (unit, "higher is better" if higher_is_better(score) else "") if text]
    return f"{name} ({', '.join(remarks)})" if remarks else name


def capitalized(text):
    """Text with its first letter in upper case and all others as they are."""
    return text[:1].upper() + text[1:]


def format_number(value):
    """A number with three significant digits, without an exponent where that is readable; ``–`` for None.

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
    # The rounded value decides: 9.996 is printed as 10.0, not as 10.00.
    magnitude = math.floor(math.log10(abs(float(f"{value:.2e}"))))
    return f"{value:.{max(2 - magnitude, 0)}f}"


def score_text(score, value):
    """One score for people, in the unit of `score_heading`; a whole number as it is, ``–`` where there is no value."""
    value = finite(value)
    return str(value) if isinstance(value, int) else format_number(value and value * score_unit(score).factor)


def score_names(records):
    """All scores that any record has: the paper's columns first, in its order, each followed by its variants."""
    order = list(FAMILIES)

    def key(name):
        family = _family(name)
        return (order.index(family) if family else len(order), name)

    return tuple(sorted({name for record in records for name in record["scores"]}, key=key))


def _family(score):
    return next((family for family in FAMILIES if score == family or score.startswith(f"{family}_")), None)


def finite(value):
    return value if value is not None and math.isfinite(value) else None
