"""What was handed in, read as text: cells' sources, put into the master's frame.

Of a submitted file only the sources of its cells go any further. Its outputs, metadata, test
cells and attachments stay behind; graded and read-only cells come from the master.
"""

import hashlib
import json
import os
import re
import stat
import sys
from copy import deepcopy
from typing import NamedTuple

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

MEGABYTE = 1 << 20
LARGEST_FILE = 50 * MEGABYTE  # with pictures in its outputs
LARGEST_SOURCE = 1 * MEGABYTE
MOST_CELLS = 2000
MOST_PIECES = 1_000_000  # lists and dicts in the JSON: each takes 20 times the memory of its text


class NotReadable(ValueError):
    """The reason, in words, why a file cannot be graded."""


def read_file(path):
    """The bytes of a handed-in file. Raises NotReadable for links, devices and huge files."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise NotReadable("is a link or cannot be opened") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotReadable("is no plain file")
        if status.st_size > LARGEST_FILE:
            raise NotReadable(f"is larger than {LARGEST_FILE // MEGABYTE} MB")
        return file.read()


class Read(NamedTuple):
    """cells: (kind, source, grade_id or None) of each; python: the version that wrote it, or ""."""

    cells: list[tuple[str, str, str | None]]
    python: str


def read_cells(content):
    """Bytes of a notebook -> list of (kind, source, grade_id or None). Raises NotReadable."""
    return read(content).cells


def read(content):
    """Bytes of a notebook -> a Read. Raises NotReadable."""
    if not content.strip():
        raise NotReadable("is empty")
    if content.count(b"{") + content.count(b"[") > MOST_PIECES:
        raise NotReadable("is no notebook: it has millions of pieces")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotReadable("is no notebook: broken JSON") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotReadable("is no notebook of version 4: it has no list of cells")
    if len(notebook["cells"]) > MOST_CELLS:
        raise NotReadable(f"has more than {MOST_CELLS} cells")
    cells = [_read_cell(cell) for cell in notebook["cells"]]
    if sum(len(source) for _, source, _ in cells) > LARGEST_SOURCE:
        raise NotReadable(f"has more than {LARGEST_SOURCE // MEGABYTE} MB of text in its cells")
    return Read(cells, _python_of(notebook.get("metadata")))


def is_newer(python):
    """True for a version that is newer than the one that grades: it may read what ours cannot."""
    return bool(python) and tuple(map(int, python.split("."))) > sys.version_info[:2]


def restore(cells, master):
    """A notebook to grade: the learner's cells, and the master's graded and read-only ones.

    Solution cells are known by grade_id (of two with one id both are run). A graded cell follows
    its own solution cell and what comes with it, up to the text or the solution cell that is next
    in the master, wherever the learner left or moved it; where cells lost their ids, the questions
    are put at the end. Text is the master's, or is shown as it was typed: what learners write
    becomes no markup in a page that others open.
    """
    ids = [_grade_id(cell.metadata) for cell in master.cells]
    framed = dict(zip(ids, master.cells, strict=True))
    fixed = {name for name in ids if name and framed[name].metadata.nbgrader.get("locked")}
    body = [cell for cell in cells if cell[2] not in fixed]
    notebook = new_notebook(metadata=deepcopy(master.metadata))
    last = {name: place for place, (_, _, name) in enumerate(body) if name in framed}
    texts = {cell.source for cell in master.cells if cell.cell_type == "markdown"}
    notebook.cells = [
        _cell(kind, source, framed[name] if last.get(name) == place else None, texts)
        for place, (kind, source, name) in enumerate(body)
    ]
    later = _later_texts(master, body)
    for place, name in sorted(_places(ids, fixed, last, framed, later, len(body)), reverse=True):
        notebook.cells.insert(place, deepcopy(framed[ids[name]]))
    return notebook


def digest(notebook):
    """Fingerprint of a notebook's kinds and sources."""
    words = hashlib.sha256()
    for cell in notebook.cells:
        words.update(f"{cell.cell_type}\0{cell.source}\0".encode(errors="replace"))
    return words.hexdigest()


def _later_texts(master, body):
    """For each cell of the master: where the learner has the text that follows it there."""
    places = {}
    for place, (kind, source, _) in enumerate(body):
        if kind == "markdown":
            places.setdefault(source, []).append(place)
    found, later = [], []
    for cell in reversed(master.cells):
        found.append(list(later))
        later += places.get(cell.source, []) if cell.cell_type == "markdown" else []
    return found[::-1]


def _places(ids, fixed, last, framed, later, end):
    """(place in the learner's cells, index in the master) of every cell that the master gives."""
    for index, name in enumerate(ids):
        if name not in fixed:
            continue
        before = [last[other] for other in ids[:index] if other in last]
        if framed[name].metadata.nbgrader.get("grade"):
            own = next((n for n in reversed(ids[:index]) if n and n not in fixed), None)
            start = before[-1] if before else -1
            next_ones = [last[other] for other in ids[index + 1 :] if other in last]
            next_ones += later[index] if own in last else []
            yield min((place for place in next_ones if place > start), default=end), index
        else:
            yield (before[-1] + 1 if before else 0), index


def _read_cell(cell):
    if not isinstance(cell, dict):
        raise NotReadable("is no notebook: a cell is no object")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotReadable("is no notebook: a cell's source is no text")
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    return kind, source.encode(errors="replace").decode(), _grade_id(cell.get("metadata"))


def _python_of(metadata):
    about = metadata.get("language_info") if isinstance(metadata, dict) else None
    version = about.get("version") if isinstance(about, dict) else None
    found = re.match(r"3\.\d{1,3}", version) if isinstance(version, str) else None
    return found[0] if found else ""


def _grade_id(metadata):
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _cell(kind, source, framed, texts):
    metadata = deepcopy(framed.metadata) if framed else {}
    if (framed.cell_type if framed else kind) == "code":
        return new_code_cell(source, metadata=metadata)
    return new_markdown_cell(source if source in texts else _as_typed(source), metadata=metadata)


def _as_typed(source):
    fence = "`" * (3 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}\n{source}\n{fence}"
