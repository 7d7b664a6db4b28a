"""The numbers that a text says, each with its value, its rounding and its sentence."""

import re
from typing import NamedTuple

# No digit of a name (L1, x2, float32, 3D), of a path or of a power. A sign is one where neither a
# word nor a number stands before it.
_NUMBER = re.compile(
    r"""(?:(?<![\w.,/^])|(?<=\d[x/]))
    (?P<sign>(?:(?<![^\s(\[|$=:,≤<>*"±])[-−+])?)
    (?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+)
    (?P<power>e-?\d+)?
    (?P<unit>\s?%|\sper\scent\b|\spoints?\b|\s(?:thousand|million|billion)\b)?
    (?![\d_]|[A-Za-z](?<!x)|x(?!\d))""",
    re.VERBOSE,
)
_TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
# A sentence ends at a full stop before a capital, at an empty line, and at a new item or row.
_END = re.compile(r"(?<=[.?!])[)*\"]*\s+(?=[^a-z\s\d.(])|\n\s*\n|\n(?=\s*(?:- |\||\d\.\s))")


class Number(NamedTuple):
    text: str  # as it stands there
    value: float
    half: float  # half a unit of its last digit: how far it may be from what it rounds
    unit: str  # "", "%" or "points"
    place: int  # where it begins
    sentence: str

    @property
    def digits(self):
        """How many digits it has that mean something: 2 in 0.050 and in 30, 3 in .861."""
        return len(re.sub(r"[^\d]", "", self.text.lower().partition("e")[0]).lstrip("0"))


def numbers(text):
    """Every number of a text, in order."""
    for start, sentence in _sentences(text):
        for found in _NUMBER.finditer(sentence):
            yield _number(found, start, sentence)


def stems(text):
    """The first letters of the words of a text or of names in code, to tell what is spoken of."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()
    return {word[:4] for word in re.findall(r"[a-z]{2,}", apart) if word not in _COMMON}


_COMMON = frozenset(
    re.findall(
        r"\w+",
        """the and for with that this from are has have its per one two not than each all but was
        were into out only now more most here there they then when what which who how does did can
        will would both very same other so of in on at by as is it be to an or if no we our you""",
    )
)


def _number(found, start, sentence):
    plain = (found["sign"] + found["digits"]).replace(",", "").replace("−", "-")
    decimals = len(plain.partition(".")[2]) - int((found["power"] or "e0")[1:])
    unit = (found["unit"] or "").strip()
    times = _TIMES.get(unit, 1)
    return Number(
        text=found[0].strip(),
        value=float(plain + (found["power"] or "")) * times,
        half=0.5 * 10.0**-decimals * times,
        unit={"%": "%", "per cent": "%", "point": "points", "points": "points"}.get(unit, ""),
        place=start + found.start(),
        sentence=" ".join(sentence.split()),
    )


def _sentences(text):
    start = 0
    for end in [*_END.finditer(text), None]:
        stop = end.start() if end else len(text)
        yield start, text[start:stop]
        start = end.end() if end else stop
