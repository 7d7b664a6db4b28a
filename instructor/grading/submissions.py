"""Finds what was handed in: a folder a learner, or the flat zip of a learning platform.

Whose it is, from a name (the rule that README documents):
- Moodle: `Ada Lovelace_12345_assignsubmission_file_` as a folder, or in front of a file's name:
  Ada_Lovelace_12345;
- Canvas: `lovelaceada_12345_67890_lab2.ipynb`, with or without LATE_: lovelaceada_12345;
- `ada_lab2_some_title.ipynb` in no folder: ada;
- else the name of the folder in which it lies, or of the file.
"""

import os
import re
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from instructor.grading.intake import LARGEST_FILE, MEGABYTE, NotReadable, read_file

MOODLE = re.compile(r"^(.+_\d+)_assignsubmission_[a-z]+_?(.*)$")
CANVAS = re.compile(r"^([^_]+)_(?:LATE_)?(\d+)_\d+_(.+)$")
BEFORE_LAB = re.compile(r"^(.+?)[_ -]+(lab\d.*)$", re.IGNORECASE)
LAB = re.compile(r"lab[ _-]?(\d+)", re.IGNORECASE)
ODD = re.compile(r"[^\w.@-]+")


class Handed(NamedTuple):
    """One notebook file. place: a path, or the open zip and the entry. time: when it was saved."""

    learner: str
    name: str
    place: Any
    time: datetime

    def read(self):
        """Its bytes. Raises NotReadable."""
        return _read_entry(*self.place) if isinstance(self.place, tuple) else read_file(self.place)

    def lab(self):
        """lab2 where its name says so, else None."""
        found = LAB.search(self.name)
        return f"lab{int(found[1])}" if found else None


def find(place):
    """(learners, notebooks) of a folder or zip file, sorted; a learner may have no notebook.

    Raises: ValueError where there is nothing at all.
    """
    place = Path(place)
    if place.suffix == ".zip" and place.is_file():
        pieces = _in_zip(zipfile.ZipFile(place))
    elif place.is_dir():
        pieces = _in_folder(place)
    else:
        raise ValueError(f"{place} is no folder and no zip file; give SUBMISSIONS=folder or zip")
    learners, handed = set(), []
    for parts, where, time in pieces:
        learner, name = whose(parts)
        learners.add(learner)
        if name.endswith(".ipynb"):
            handed.append(Handed(learner, name, where, time))
    if not learners:
        raise ValueError(f"{place} holds no submission; give a folder a learner, or their zip")
    return sorted(learners), sorted(handed, key=lambda one: (one.learner, one.name))


def whose(parts):
    """Path parts of a file, or a folder's name and an empty one -> (learner, file name)."""
    *folders, name = parts
    owner = folders[0] if folders else name.removesuffix(".ipynb")
    if moodle := MOODLE.match(owner):
        return _tidy(moodle[1]), name if folders else f"{moodle[2]}.ipynb"
    if not folders:
        if canvas := CANVAS.match(owner):
            return _tidy(f"{canvas[1]}_{canvas[2]}"), f"{canvas[3]}.ipynb"
        if before := BEFORE_LAB.match(owner):
            return _tidy(before[1]), f"{before[2]}.ipynb"
    return _tidy(owner), name


def _tidy(name):
    """An id that is a plain file name, and no pattern for nbgrader."""
    return ODD.sub("_", name).strip("._-") or "learner"


def _in_folder(place):
    for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield (entry.name, ""), entry.path, _time(entry.stat(follow_symlinks=False).st_mtime)
            for folder, _, names in os.walk(entry.path):
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    yield (entry.name, name), path, _time(os.lstat(path).st_mtime)
        elif entry.name.endswith(".ipynb"):
            yield (entry.name,), entry.path, _time(entry.stat(follow_symlinks=False).st_mtime)


def _in_zip(archive):
    for info in archive.infolist():
        parts = [part for part in info.filename.split("/") if part not in ("", ".", "..")]
        hidden = not parts or parts[0].startswith((".", "__MACOSX"))
        if info.is_dir() and not hidden:
            yield (parts[0], ""), (archive, info), datetime(*info.date_time, tzinfo=UTC)
        elif not hidden and (len(parts) > 1 or parts[0].endswith(".ipynb")):
            end = (parts[0], parts[-1]) if len(parts) > 1 else (parts[0],)
            yield end, (archive, info), datetime(*info.date_time, tzinfo=UTC)


def _read_entry(archive, info):
    if stat.S_ISLNK(info.external_attr >> 16):
        raise NotReadable("is a link or cannot be opened")
    try:
        with archive.open(info) as file:
            content = file.read(LARGEST_FILE + 1)
    except (RuntimeError, NotImplementedError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise NotReadable("cannot be unpacked") from error
    if len(content) > LARGEST_FILE:  # what the archive says of its size is not believed
        raise NotReadable(f"is larger than {LARGEST_FILE // MEGABYTE} MB")
    return content


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC)
