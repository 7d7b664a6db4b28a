"""What lies in a folder or a zip: each file's path in parts, what reads it, when it was saved.

Whatever names, times and archives learners make up, no one's keeps the others from being listed.
"""

import contextlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from instructor.grading.intake import LARGEST_FILE, MEGABYTE, NotReadable

# What systems and programs leave behind, in small letters; and names with a dot in front.
JUNK = ("__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "lost+found")
JUNK += ("system volume information", "__pycache__")
LAST_SECOND = 253_000_000_000  # in the year 9987; Python's calendar ends with 9999
UNIX_TIME, WINDOWS_TIME = 0x5455, 0x000A  # extra fields of a zip's entry
BEFORE_UNIX = 11_644_473_600  # seconds from 1601, where Windows begins to count


class Entry(NamedTuple):
    """parts: folders and name, the name empty for a folder. place: a path, or what reads it.

    time: when it was saved; without a zone where a zip holds none.
    """

    parts: tuple[str, ...]
    place: str | Callable[[], bytes]
    time: datetime


def in_folder(top, left_out=()):
    """Entries of a folder. left_out: paths to skip, with the folders that lead to them.

    It does not call itself: folders may be thousands deep.
    """
    leading = {str(parent) for path in left_out for parent in path.parents}
    left_out = set(map(str, left_out))
    waiting = [((), str(top))]
    while waiting:
        parts, folder = waiting.pop()
        with contextlib.suppress(OSError):  # no right to read it, or too long a path
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True):
                if is_junk(entry.name) or entry.path in left_out:
                    continue
                where, time = (*parts, entry.name), entry.stat(follow_symlinks=False).st_mtime
                if not entry.is_dir(follow_symlinks=False):
                    yield Entry(where, entry.path, _time(time))
                else:
                    if entry.path not in leading:
                        yield Entry((*where, ""), entry.path, _time(time))
                    waiting.append((where, entry.path))


def in_zip(archive):
    """Entries of an open zip file."""
    for info in archive.infolist():
        parts = info.filename.replace("\\", "/").split("/")
        parts = tuple(part for part in parts if part not in ("", ".", ".."))
        if parts and not any(map(is_junk, parts)):
            ending = ("",) if info.is_dir() else ()
            yield Entry((*parts, *ending), partial(_read_entry, archive, info), zip_time(info))


def opened(place):
    """A zip file, open. Raises ValueError where it is none."""
    try:
        return zipfile.ZipFile(place)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{place} is no zip file: {error}; give SUBMISSIONS=folder") from error


def is_junk(name):
    return name.startswith(".") or name.lower() in JUNK


def is_zip(name):
    return Path(name).suffix.lower() == ".zip"


def zip_time(info):
    """The true time where the entry holds one, else its clock's, whose zone nobody knows."""
    for kind, field in _extra(info.extra):
        with contextlib.suppress(struct.error):
            if kind == UNIX_TIME and field[:1] and field[0] & 1:
                return _time(struct.unpack_from("<i", field, 1)[0])
            if kind == WINDOWS_TIME and struct.unpack_from("<HH", field, 4) == (1, 24):
                return _time(struct.unpack_from("<Q", field, 8)[0] / 1e7 - BEFORE_UNIX)
    try:
        return datetime(*info.date_time)
    except ValueError:  # month 0, second 62: nobody checks what an archive says
        return _time(0)


def _extra(content):
    """(kind, content) of each extra field."""
    while len(content) >= 4:
        kind, size = struct.unpack_from("<HH", content)
        yield kind, content[4 : 4 + size]
        content = content[4 + size :]


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
