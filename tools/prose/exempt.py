"""Numbers that claim no result: a few kinds, each checked for what it does say."""

import re
from typing import NamedTuple

_PLACE = re.compile(
    r"\b(?:sections?|equations?|lecture|chapter|seeds?|questions?|way)"
    r" (?:[\d.]+(?:, | and | to | or ))*$",
    re.I,
)
_NOTEBOOK = re.compile(r"\bnotebooks? (?:[\d.]+(?:, | and | to | or ))*$", re.I)
_COUNTED = re.compile(r"\s+([a-z]+s|[A-Z]{2})\b")  # "05 pairs" is no notebook, nor is "- 1 = 05"
_SUM = re.compile(r"[=+/*-] $")
_LAB = re.compile(r"\blabs? (?:\d(?:, | and | to | or ))*$", re.I)
_EXERCISE = re.compile(r"""check\(\s*"lab(\d+\.\d+)""")
_TIME = re.compile(r"Time:\s+about (\d+)\s+minutes(?:\s+to\s+study|\.)")
_ROW = re.compile(r"^\|[^|]*\b(\d\d)[ _][^|]*\|[^|]*\| (\d+) \|$", re.MULTILINE)
_POINTS = re.compile(r"^\| (\d\.\d) [^|]*\| (\d+) \| (.*) \|$", re.MULTILINE)
_REFERENCES = re.compile(r"^### References$(.*)", re.MULTILINE | re.DOTALL)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Shelf(NamedTuple):
    """What all pages together say about their own order."""

    notebooks: set  # "00", "01", ...
    labs: set  # "1", ...
    exercises: set  # "5.1" of a lab
    minutes: dict  # "05": what its head says, and what the map in 00 says
    map: dict
    years: set  # (name, year) of every list of references
    points: dict  # "2.2": the points of a lab's exercise and of its parts, where they add up


def shelf(names, sources):
    """names of all pages, and everything that is written in them."""
    heads = {name[:2]: _TIME.search(text) for name, text in zip(names, sources, strict=True)}
    references = [line for text in sources for found in _REFERENCES.findall(text)
                  for line in found.split("\n- ")]  # fmt: skip
    return Shelf(
        notebooks={name[:2] for name in names if name[:2].isdigit()},
        labs={name[3] for name in names if name.startswith("lab")},
        exercises={name for text in sources for name in _EXERCISE.findall(text)},
        minutes={name: found[1] for name, found in heads.items() if found},
        map={name: n for text in sources if "# 00 " in text for name, n in _ROW.findall(text)},
        years={(name, year) for line in references for year in _YEAR.findall(line)
               for name in re.findall(r"[A-Z][\w-]+", line.partition(year)[0])},
        points={name: {total, *parts} for text in sources for name, total, parts in _rows(text)
                if sum(parts) == total},
    )  # fmt: skip


def _rows(text):
    for name, total, parts in _POINTS.findall(text):
        yield name, int(total), [int(part) for part in re.findall(r"(?:^|, )(\d+) ", parts)]


def is_exempt(number, source, page, known):
    """Whether a number of a passage's source is of one of the kinds, and right as such."""
    before = source[max(0, number.place - 90) : number.place].replace("\n", " ")
    kinds = (_end_of_scale, _marker, _place, _page, _exercise, _year, _study_time, _points)
    return any(kind(number, before, source, page, known) for kind in kinds)


def _end_of_scale(number, *_):
    """0, 1 and 2, and 100 %: too common to prove anything by standing somewhere."""
    is_whole = number.half == 0.5 and not number.unit
    return is_whole and abs(number.value) <= 2 or (number.value == 100 and number.unit == "%")


def _marker(number, before, source, page, known):
    """The number of an item, of a heading, or of a row under the row before it."""
    start = source.rfind("\n", 0, number.place) + 1
    if source[start:].startswith(f"| {number.text} |"):
        return f"\n| {number.value - 1:.0f} |" in f"\n{source[:start]}"
    return re.match(rf"\s*(#+ {number.text} |{number.text}\. )", source[start:]) is not None


def _place(number, before, *_):
    """A section, an equation, a question, a seed, one of several ways; notebook 2.1 of a book."""
    is_elsewhere = re.fullmatch(r"\d\.\d", number.text) and _NOTEBOOK.search(before)
    return _PLACE.search(before) is not None or bool(is_elsewhere)


def _page(number, before, source, page, known):
    """A notebook or a lab that exists; in a link, the one that it leads to."""
    if re.search(r"\[(?:[Ll]ab |[Nn]otebook )?$", before):
        link = rf"{number.text}\b[^\]]*\]\((?:[\w./]*/)?(?:lab)?{number.text}_"
        return re.match(link, source[number.place :]) is not None
    if _NOTEBOOK.search(before):
        return number.text in known.notebooks
    if re.fullmatch(r"0\d", number.text):
        counts = _COUNTED.match(source[number.place + 2 :]) or _SUM.search(before)
        return number.text in known.notebooks and not counts
    return _LAB.search(before) is not None and number.text in known.labs


def _exercise(number, before, source, page, known):
    """An exercise of a lab that exists, of this one or called one: "2.1"."""
    own = number.text.partition(".")[0] == page.name.removeprefix("lab")[:1]
    return (own or before.lower().endswith("exercise ")) and number.text in known.exercises


def _year(number, before, source, page, known):
    """A year behind a name that some list of references has with that year."""
    names = re.findall(r"[A-Z][\w-]+", before)
    return any((name, number.text) in known.years for name in names)


def _study_time(number, before, source, page, known):
    """Minutes of study: a head says what the map says, the map what the head says."""
    start = source.rfind("\n", 0, number.place) + 1
    row = _ROW.match(source[start:].split("\n")[0])
    if row and row[2] == number.text:
        return known.minutes.get(row[1]) == number.text
    head = _TIME.search(source)
    if head is None or head.start(1) != number.place:
        return False
    return page.name.startswith("lab") or known.map.get(page.name[:2]) == number.text


def _points(number, before, source, page, known):
    """Points of a lab's exercise: its parts add up; tests/labs/test_labs.py has the grader's."""
    start = source.rfind("\n", 0, number.place) + 1
    named = re.match(r"\| (\d\.\d) ", source[start:]) or re.search(
        r"\*\*(\d\.\d) \(\d+ points", source
    )
    return page.name.startswith("lab") and named is not None and (
        number.value in known.points.get(named[1], ())
    )  # fmt: skip
