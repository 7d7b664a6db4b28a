"""Finds what was handed in: a folder for each learner, or the zip of a learning platform.

A learner's own zip of notebooks counts as the notebooks in it, all saved when the zip was.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from instructor.grading import listing, owners, shape
from instructor.grading.intake import NotReadable, read_file
from instructor.grading.owners import LONGEST_ID

LAB = re.compile(r"lab[ _-]?(\d+)", re.IGNORECASE)
# Programs add endings to .ipynb, and leave it out.
NOTEBOOK = re.compile(r"\.ipynb(\.(?!zip$)\w{1,8})?$|lab[ _-]?\d.*\.json$", re.IGNORECASE)
TELLING = re.compile(
    r"lab[ _-]?\d|\.(py|html?|pdf|docx?|odt|rtf|md|tex|rar|7z|tar|t?gz)$", re.IGNORECASE
)
ODD_IN_FILE = re.compile(r"[^\w.() -]")
LONGEST_NAME = 100
MOST_IN_ZIP = 5000  # entries of a learner's own zip

__all__ = ["LONGEST_ID", "Found", "Handed", "Other", "find", "look", "whose"]


class Handed(NamedTuple):
    """One notebook file. place: a path, or what reads it. time: when it was saved."""

    learner: str
    name: str
    place: str | Callable[[], bytes]
    time: datetime

    def read(self):
        """Its bytes. Raises NotReadable."""
        return _read(self.place)

    def lab(self):
        """lab2 where its name says so, else None."""
        found = LAB.search(self.name)
        return f"lab{int(found[1])}" if found else None


class Other(NamedTuple):
    """One file that is no notebook, and why."""

    learner: str
    name: str
    why: str


class Found(NamedTuple):
    """learners: ids, sorted; one may have no notebook. notebooks and others: sorted too."""

    learners: list[str]
    notebooks: list[Handed]
    others: list[Other]


def find(place, left_out=()):
    """(learners, notebooks) of a folder or zip file, sorted; a learner may have no notebook.

    left_out: folders that are no submission. Raises: ValueError where there is nothing at all, or
    it is unclear who handed what in.
    """
    return look(place, left_out)[:2]


def look(place, left_out=()):
    """The same as a Found, with the files that are no notebooks."""
    place = Path(place)
    if listing.is_zip(place.name) and place.is_file():
        entries = listing.in_zip(listing.opened(place))
    elif place.is_dir():
        entries = listing.in_folder(place.resolve(), [Path(one).resolve() for one in left_out])
    else:
        raise ValueError(f"{place} is no folder and no zip file; give SUBMISSIONS=folder or zip")
    entries = _of_learners(shape.people(entries, is_work, _stem(place)))
    owned = [(*owners.owner((e.parts[0], *e.parts[1:][-1:])), e) for e in entries]
    ids = owners.ids({owner for owner, *_ in owned})
    if not ids:
        raise ValueError(f"{place} holds no submission; give a folder a learner, or their zip")
    found = _sorted(ids, owned)
    shape.require_few(found)
    return found


def whose(parts):
    """Path parts of a file, or a folder's name and an empty one -> (learner, file name)."""
    owner, name = owners.owner(parts)
    return owners.tidy(owner.name), name


def is_work(name):
    """True for names of notebooks and of zips that may hold some."""
    return bool(NOTEBOOK.search(name)) or listing.is_zip(name)


def _of_learners(entries):
    """Without loose files that are no work, unless a platform or a lab's name claims them."""
    is_platform = any(owners.is_numbered(e.parts[0]) and is_work(e.parts[0]) for e in entries)

    def is_claimed(name):
        return owners.is_named(name) and (is_platform or not owners.is_numbered(name))

    return [
        entry
        for entry in entries
        if len(entry.parts) > 1 or is_work(entry.parts[0]) or is_claimed(entry.parts[0])
    ]


def _sorted(ids, owned):
    notebooks, others = [], []
    for owner, name, entry in owned:
        about = ids[owner], _shown(name)
        if NOTEBOOK.search(name):
            notebooks.append(Handed(*about, entry.place, entry.time))
        elif listing.is_zip(name) and entry.parts[-1]:
            inside, why = _in_own_zip(entry.place)
            notebooks += [Handed(ids[owner], _shown(n), p, entry.time) for n, p in inside]
            others += [Other(*about, why)] if why else []
        elif TELLING.search(name):
            others.append(Other(*about, "is no notebook: hand in the .ipynb"))
    order = sorted(ids.values())
    return Found(order, sorted(notebooks, key=lambda one: one[:2]), sorted(others))


def _in_own_zip(place):
    """((name, what reads it) of every notebook in a learner's zip, why there is none)."""
    try:
        archive = _own_zip(place)
    except NotReadable as error:
        return [], str(error)
    names = [(number, entry.parts[-1]) for number, entry in enumerate(listing.in_zip(archive))]
    found = [(n, partial(_read_own, place, k)) for k, n in names if NOTEBOOK.search(n)]
    return found, "" if found else "holds no notebook"


@lru_cache(maxsize=1)  # its notebooks are read one after another
def _own_zip(place):
    content = _read(place)
    if content.count(b"PK\x01\x02") > MOST_IN_ZIP:
        raise NotReadable(f"holds more than {MOST_IN_ZIP} files")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # zipfile and struct each have errors of their own
        raise NotReadable("is no zip file") from error


def _read_own(place, number):
    return list(listing.in_zip(_own_zip(place)))[number].place()


def _read(place):
    return read_file(place) if isinstance(place, str) else place()


def _shown(name):
    """A file's name that a table and a page may show: no formula, no markup, no half characters."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return ODD_IN_FILE.sub("_", name)[:LONGEST_NAME]
    if ending.lower() == "ipynb":
        ending = "ipynb"
    return f"{ODD_IN_FILE.sub('_', stem)[:LONGEST_NAME]}.{ODD_IN_FILE.sub('_', ending)[:8]}"


def _stem(place):
    return place.stem if place.is_file() else place.name
