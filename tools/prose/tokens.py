"""The numbers that a piece of prose says, each with its value, its rounding and its sentence."""

import re
from typing import NamedTuple

# No digit of a name: L1, x2, float32, 3D. A sign counts where no word or number stands before it.
_NUMBER = re.compile(
    r"""(?:(?<![\w.,/^])|(?<=\d[x/]))(?P<sign>(?:(?<![^\s(\[|$=:,≤<>*"])[-−+])?)
    (?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+)
    (?P<power>e-?\d+)?
    (?P<unit>\s?%|\s(?:per\scent|points?\b)|\s(?:thousand|million|billion)\b)?
    (?![\d_]|[A-Za-z](?<!x)|x(?!\d))""",
    re.VERBOSE,
)
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_END = re.compile(r"(?<=[.?!:;])\s+(?=[^a-z\s])|\n\s*\n|\n(?=\s*(?:[-|]|\d\.))|\s\|\s")


class Number(NamedTuple):
    text: str  # as it stands there
    value: float
    half: float  # half of its last digit's unit: how far it may be from what it rounds
    is_share: bool  # written in per cent or points
    place: int  # where it begins
    sentence: str


def numbers(text):
    """Every number of a text, in order."""
    for start, sentence in _sentences(text):
        for found in _NUMBER.finditer(sentence):
            yield _number(found, start, sentence)


def value_of(digits):
    """(value, half a unit of its last digit) of "1,623", ".25", "2e-3"."""
    plain = digits.replace(",", "").replace("−", "-")
    mantissa, _, power = plain.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(plain), 0.5 * 10.0 ** (int(power or 0) - decimals)


def _number(found, start, sentence):
    value, half = value_of(found["sign"] + found["digits"] + (found["power"] or ""))
    unit = (found["unit"] or "").strip()
    times = _TIMES.get(unit, 1)
    return Number(
        found[0].strip(), value * times, half * times, unit in ("%", "per cent", "point", "points"),
        start + found.start(), " ".join(sentence.split()),
    )  # fmt: skip


def _sentences(text):
    start = 0
    for end in [*_END.finditer(text), None]:
        stop = end.start() if end else len(text)
        yield start, text[start:stop]
        start = end.end() if end else stop
