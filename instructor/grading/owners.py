"""Whose a handed-in file is, from the names that learning platforms give (README has the rule).

- Moodle: `Ada Lovelace_12345_assignsubmission_file_` as a folder, or in front of a file's name:
  Ada_Lovelace_12345. Moodle takes underscores out of people's names.
- Canvas: `lovelaceada_12345_67890_lab2.ipynb`, with or without LATE_: lovelaceada_12345; where
  names are hidden `anon_x1y2z_67890_lab2.ipynb`: anon_x1y2z. Canvas leaves no `_7_` in people's
  names.
- `ada_lab2_some_title.ipynb` in no folder: ada;
- otherwise the name of the folder in which it lies, or of the file.
People choose their names, but numbers come from the platform. So no name passes for another's
number, and where two would get the same id, the one that the platform numbered keeps it.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from typing import NamedTuple

MOODLE_FOLDER = re.compile(r"^(.+_\d+)_assignsubmission_[a-z]+_?$")
MOODLE_FILE = re.compile(r"^([^_]+_\d+|.+?_\d+)_assignsubmission_[a-z]+_?(.*)$")
CANVAS = re.compile(r"^(?:LATE_)?(anon_[^_]+|.+?_(?:LATE_)?\d+)_(\d+)_(.+)$")
NUMBER_MORE = re.compile(r"^[1-9]\d*_")
BEFORE_LAB = re.compile(r"^(.+?)[_ -]+(lab\d.*)$", re.IGNORECASE)
LAB_FIRST = re.compile(r"^lab[ _-]?\d", re.IGNORECASE)
ENDING = re.compile(r"((?:\.ipynb)?\.\w{1,8})$")
ODD = re.compile(r"[^\w.@-]+")
LONGEST_ID = 100  # bytes; a file system takes 255, and the id is a part of names there


class Owner(NamedTuple):
    """name as the platform has it; numbered: the platform put a number of its own into it."""

    name: str
    numbered: bool = False


def owner(parts):
    """Path parts of a file, or a folder's name and an empty one -> (Owner, file name)."""
    *folders, name = (unicodedata.normalize("NFC", part) for part in parts)
    if folders:
        moodle = MOODLE_FOLDER.match(folders[0])
        return Owner(moodle[1], True) if moodle else Owner(folders[0]), name
    stem, ending = _split(name)
    if moodle := MOODLE_FILE.match(stem):
        return Owner(moodle[1], True), moodle[2] + ending
    if canvas := CANVAS.match(stem):
        return _canvas(*canvas.groups(), ending)
    if before := BEFORE_LAB.match(stem):
        return Owner(before[1]), before[2] + ending
    return Owner(stem), name


def is_named(name):
    """True where a file's own name says whose it is, in no folder."""
    stem = _split(name)[0]
    return any(pattern.match(stem) for pattern in (MOODLE_FILE, CANVAS, BEFORE_LAB))


def is_numbered(name):
    """True for a file's name that Moodle or Canvas gave."""
    return any(pattern.match(_split(name)[0]) for pattern in (MOODLE_FILE, CANVAS))


def ids(owners):
    """Owner -> an id that nobody else has: where several want the same, letters are added."""
    wanted = defaultdict(list)
    for one in owners:
        wanted[tidy(one.name)].append(one)
    found, taken = {}, set()
    for name, group in wanted.items():
        first = sorted(group, key=lambda one: _claim(one, name))
        if len(first) == 1 or _claim(first[0], name) < _claim(first[1], name):
            found[first[0]] = name
            taken.add(name)
    for one in sorted(set(owners) - found.keys()):
        found[one] = next(n for n in _lettered(one) if n not in taken)
        taken.add(found[one])
    return found


def tidy(name):
    """An id that is a plain file name, and no pattern for nbgrader."""
    short = ODD.sub("_", name).encode()[:LONGEST_ID].decode(errors="ignore")
    return short.strip("._-") or "learner"


def _canvas(name, attachment, rest, ending):
    # lovelaceada_12345_66_777_x: a name that imitates another's number, or a file called 777_x?
    if NUMBER_MORE.match(rest):
        return Owner(f"{name}_{attachment}", True), rest + ending
    return Owner(name.replace("_LATE_", "_"), True), rest + ending


def _claim(one, name):
    """How good a claim to an id is: 0 numbered by the platform, 1 an unchanged name, 2 others."""
    return 0 if one.numbered else 1 if one.name == name else 2


def _lettered(one):
    letters = hashlib.sha256(repr(tuple(one)).encode(errors="surrogatepass")).hexdigest()
    for count in range(8, len(letters), 8):
        yield f"{tidy(one.name)}_{letters[:count]}"


def _split(name):
    found = ENDING.search(name)
    return (name[: found.start()], found[1]) if found else (name, "")
