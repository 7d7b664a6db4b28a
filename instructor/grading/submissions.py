"""Finds what was handed in: a folder a learner, or the flat zip of a learning platform.

Whose it is, from a name (the rule that README documents):
- Moodle: `Ada Lovelace_12345_assignsubmission_file_` as a folder, or in front of a file's name:
  Ada_Lovelace_12345;
- Canvas: `lovelaceada_12345_67890_lab2.ipynb`, with or without LATE_: lovelaceada_12345;
- `ada_lab2_some_title.ipynb` in no folder: ada;
- else the name of the folder in which it lies, or of the file.
Whatever names, times and archives learners make up, no one's keeps the others from being graded.
"""

import contextlib
import hashlib
import os
import re
import stat
import unicodedata
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from instructor.grading.intake import LARGEST_FILE, MEGABYTE, NotReadable, read_file

MOODLE = re.compile(r"^(.+?_\d+)_assignsubmission_[a-z]+_?(.*)$")
CANVAS = re.compile(r"^([^_]+)_(?:LATE_)?(\d+)_\d+_(.+)$")
BEFORE_LAB = re.compile(r"^(.+?)[_ -]+(lab\d.*)$", re.IGNORECASE)
LAB = re.compile(r"lab[ _-]?(\d+)", re.IGNORECASE)
ODD = re.compile(r"[^\w.@-]+")
ODD_IN_FILE = re.compile(r"[^\w.() -]")
LONGEST_ID = 100  # bytes; a file system takes 255, and the id is a part of names there
LONGEST_NAME = 100
ENDING = ".ipynb"
LAST_SECOND = 253_000_000_000  # in the year 9987; a calendar ends with 9999


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
        pieces = _in_zip(_opened(place))
    elif place.is_dir():
        pieces = _in_folder(place)
    else:
        raise ValueError(f"{place} is no folder and no zip file; give SUBMISSIONS=folder or zip")
    owned = [(*_owner(parts), where, time) for parts, where, time in pieces]
    ids = _ids({owner for owner, *_ in owned})
    handed = [
        Handed(ids[owner], _shown(name), where, time)
        for owner, name, where, time in owned
        if name.lower().endswith(ENDING)
    ]
    if not ids:
        raise ValueError(f"{place} holds no submission; give a folder a learner, or their zip")
    return sorted(ids.values()), sorted(handed, key=lambda one: (one.learner, one.name))


def whose(parts):
    """Path parts of a file, or a folder's name and an empty one -> (learner, file name)."""
    owner, name = _owner(parts)
    return _tidy(owner), name


def _owner(parts):
    """(learner's name as the platform has it, file name)."""
    *folders, name = (unicodedata.normalize("NFC", part) for part in parts)
    owner = folders[0] if folders else _stem(name)
    if moodle := MOODLE.match(owner):
        return moodle[1], name if folders else f"{moodle[2]}{ENDING}"
    if not folders:
        if canvas := CANVAS.match(owner):
            return f"{canvas[1]}_{canvas[2]}", f"{canvas[3]}{ENDING}"
        if before := BEFORE_LAB.match(owner):
            return before[1], f"{before[2]}{ENDING}"
    return owner, name


def _ids(owners):
    """Owner -> id. Of two with one id ("Ada L", "Ada?L") each gets letters of its own."""
    ids = {owner: _tidy(owner) for owner in owners}
    counts = Counter(ids.values())
    return {
        owner: name if counts[name] == 1 or name == owner else f"{name}_{_letters(owner)}"
        for owner, name in ids.items()
    }


def _letters(owner):
    return hashlib.sha256(owner.encode(errors="surrogatepass")).hexdigest()[:8]


def _tidy(name):
    """An id that is a plain file name, and no pattern for nbgrader."""
    short = ODD.sub("_", name).encode()[:LONGEST_ID].decode(errors="ignore")
    return short.strip("._-") or "learner"


def _shown(name):
    """A file's name that a table and a page may show: no formula, no markup, no half characters."""
    return ODD_IN_FILE.sub("_", _stem(name))[:LONGEST_NAME] + ENDING


def _stem(name):
    return name[: -len(ENDING)] if name.lower().endswith(ENDING) else name


def _in_folder(place):
    for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield (entry.name, ""), entry.path, _time(entry.stat(follow_symlinks=False).st_mtime)
            for file, saved in _files(entry.path):
                yield (entry.name, file.name), file.path, _time(saved)
        elif entry.name.lower().endswith(ENDING):
            yield (entry.name,), entry.path, _time(entry.stat(follow_symlinks=False).st_mtime)


def _files(top):
    """(entry, time) of a learner's files. Not by recursion: folders may be thousands deep."""
    waiting = [top]
    while waiting:
        with contextlib.suppress(OSError):  # no right to read it, or too long a path
            for entry in sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name):
                if entry.name.startswith("."):
                    continue  # Jupyter's checkpoints, macOS's notes about files
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry, entry.stat(follow_symlinks=False).st_mtime


def _opened(place):
    try:
        return zipfile.ZipFile(place)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{place} is no zip file: {error}; give SUBMISSIONS=folder") from error


def _in_zip(archive):
    for info in archive.infolist():
        parts = [part for part in info.filename.split("/") if part not in ("", ".", "..")]
        hidden = not parts or any(p.startswith((".", "__MACOSX")) for p in parts)
        if info.is_dir() and not hidden:
            yield (parts[0], ""), (archive, info), _zip_time(info)
        elif not hidden and (len(parts) > 1 or parts[0].lower().endswith(ENDING)):
            end = (parts[0], parts[-1]) if len(parts) > 1 else (parts[0],)
            yield end, (archive, info), _zip_time(info)


def _read_entry(archive, info):
    if stat.S_ISLNK(info.external_attr >> 16):
        raise NotReadable("is a link or cannot be opened")
    try:
        with archive.open(info) as file:
            content = file.read(LARGEST_FILE + 1)
    except Exception as error:  # zlib, lzma, struct and zipfile each have errors of their own
        raise NotReadable("cannot be unpacked") from error
    if len(content) > LARGEST_FILE:  # what the archive says of its size is not believed
        raise NotReadable(f"is larger than {LARGEST_FILE // MEGABYTE} MB")
    return content


def _time(seconds):
    return datetime.fromtimestamp(min(max(seconds, 0), LAST_SECOND), UTC)


def _zip_time(info):
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # month 0, second 62: nobody checks what an archive says
        return _time(0)
