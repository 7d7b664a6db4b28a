"""Which numbers of a page rest on nothing that stands beside them."""

import re
from typing import NamedTuple

from prose.derivations import equations
from prose.exempt import is_exempt
from prose.plain import prose
from prose.sources import supports
from prose.tokens import numbers, stems

_SHARE = re.compile(r"(\d[\d,]*) (?:of|in|out of) (?:the |its )?(\d[\d,]*)\b")
_ALONE = re.compile(r"-?([\d.e-]+)(?:/(\d+))?")  # a number, or a fraction: "= 1/16"
_WORDS_AGAIN = {1: 3, 2: 1}  # how many words two sentences share that say one short number
_OTHER = re.compile(r"\bnotebooks? (\d\d)|\[(\d\d)\b|\b(0\d)\b", re.IGNORECASE)


class Finding(NamedTuple):
    where: str
    number: str
    sentence: str

    def __str__(self):
        return f"{self.where}: {self.number} in: {self.sentence}"


def findings(page, known, table=(), said_by=None, used=None):
    """Every number of a page that stands in no output, given, source or derivation beside it.

    known is the shelf of all pages, table the sources, said_by {"05": numbers in its prose}; into
    used go the sources that were needed.
    """
    earlier = []
    for passage in page.passages:
        text = prose(passage.text)
        sums = list(equations(passage.text))
        for says, is_true, _ in sums:
            if not is_true:
                yield Finding(passage.where, says, "this equation does not come out")
        derived = {side for _, is_true, sides in sums if is_true for side in sides}
        for number in numbers(text):
            if is_exempt(number, passage.text, page, known):
                continue
            if beside(number, passage) or _derived(number, derived) or _share(number, passage):
                earlier.append(number)
                continue
            entry = next((entry for entry in table if supports(entry, number)), None)
            if entry:
                earlier.append(number)
                if used is not None:
                    used.add(entry)
            elif not _again(number, earlier) and not _elsewhere(number, said_by or {}):
                yield Finding(passage.where, number.text, number.sentence)


def beside(number, passage):
    """Whether a fact of the section is this number.

    A number of one or two digits is found by accident too easily: the fact's line must also share a
    word, or another number, with the sentence.
    """
    hits = [fact for fact in passage.facts if is_same(number, fact)]
    if number.digits > 2 or not hits:
        return bool(hits)
    about = stems(number.sentence) | stems(passage.heading)
    if any(fact.about & about for fact in hits):
        return True
    others = [
        n for n in numbers(number.sentence) if abs(n.value) not in (0, 1, 2, abs(number.value))
    ]
    lines = {fact.line for fact in hits}
    company = [fact for fact in passage.facts if fact.line in lines]
    return any(is_same(other, fact) for other in others for fact in company)


def is_same(number, fact):
    """Whether a number is the fact as it stands, rounded, or as a share for its per cent."""
    if number.unit and not fact.unit:
        values = [100 * fact.value] + ([fact.value] if number.unit == "points" else [])
    else:
        values = [fact.value / 100 if fact.unit and not number.unit else fact.value]
    # Rounding to a single digit leaves nothing of a number: that one must be what stands there.
    allowed = number.half * (1 + 1e-6) if number.digits > 1 else 1e-9
    if number.text[0] in "-+−":
        return any(abs(value - number.value) <= allowed for value in values)
    return any(abs(abs(value) - number.value) <= allowed for value in values)


def _derived(number, sides):
    """Whether a true equation of the passage has the number alone on one side, or in a fraction."""
    alone = [_ALONE.fullmatch(side.replace(" ", "")) for side in sides]
    return any(_bare(number) in found.groups() for found in alone if found)


def _bare(number):
    return re.sub(r"[^\d.e-]", "", number.text).lstrip("-")


def _share(number, passage):
    """93 of 100, where a fact is .928."""
    for part, whole in _SHARE.findall(number.sentence):
        a, b = (float(text.replace(",", "")) for text in (part, whole))
        if _bare(number) in (part.replace(",", ""), whole.replace(",", "")) and 0 < a < b:
            return any(0 < f.value < 1 and abs(f.value - a / b) <= 0.5 / b for f in passage.facts)
    return False


def _again(number, earlier):
    """Whether the page has said the number before, and where it is short, of the same thing."""
    about = stems(number.sentence)
    return any(
        (other.value, other.unit) == (number.value, number.unit)
        and other.half <= number.half  # 0.98 has not said 0.980
        and len(stems(other.sentence) & about) >= _WORDS_AGAIN.get(number.digits, 0)
        for other in earlier
    ) and (number.digits > 1 or "." in number.text)  # fmt: skip


def _elsewhere(number, said_by):
    """Whether the sentence names a notebook whose prose has the number."""
    names = {name for found in _OTHER.findall(number.sentence) for name in found if name}
    return any(
        other.value == number.value and other.unit == number.unit
        for name in names for other in said_by.get(name, ())
    ) and number.digits > 1  # fmt: skip
