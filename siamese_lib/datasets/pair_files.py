"""Read files of question pairs in the forms they come in: tabs or commas, perhaps zipped."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import IO, NamedTuple

NEEDED = ("question1", "question2", "is_duplicate")
LABELS = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}


class PairRow(NamedTuple):
    """One row: both ids ("" where the file has none), both questions, and 1 where they are same."""

    qid1: str
    qid2: str
    question1: str
    question2: str
    is_same: int


def read_pair_rows(path: str | PathLike) -> tuple[list[PairRow], int]:
    """The complete rows of a file, and the number of incomplete ones.

    A row is incomplete where its number of fields differs from the header's, or it has no label.
    path is a UTF-8 file with a header line, its fields separated by tabs, commas or semicolons and
    quoted as in CSV, or a zip that holds one such file (if several, the one called train is read).
    The columns question1, question2 and is_duplicate (0 or 1, 1.0, True) are needed; qid1 and qid2
    are used where present. They may stand in any order and beside others, such as an index.

    Raises: ValueError where a needed column is missing, a quote is not closed, the text is not
    UTF-8 or a zip holds several files, quoting the path; OSError where the file cannot be read.
    """
    try:
        if zipfile.is_zipfile(path):
            return _rows(path, _from_zip(path, Path(path)))
        with open(path, encoding="utf-8-sig", newline="") as file:
            return _rows(path, file)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} cannot be read ({error}); save it as UTF-8, every quote closed or doubled"
        ) from error


def _from_zip(path: str | PathLike, source) -> IO[str]:
    with zipfile.ZipFile(source) as archive:
        names = [
            name
            for name in archive.namelist()
            if name.lower().endswith((".csv", ".tsv", ".txt", ".zip")) and "__MACOSX" not in name
        ]
        chosen = [name for name in names if Path(name).name.lower().startswith("train")]
        chosen = chosen if len(names) > 1 else names
        if len(chosen) != 1:
            raise ValueError(
                f"{path} holds {names or 'no table'}; give a zip with one .csv or .tsv, or "
                "with one called train"
            )
        content = io.BytesIO(archive.read(chosen[0]))
    if zipfile.is_zipfile(content):  # a competition's zip holds train.csv.zip
        return _from_zip(path, content)
    content.seek(0)
    return io.TextIOWrapper(content, encoding="utf-8-sig", newline="")


def _rows(path: str | PathLike, lines: Iterator[str]) -> tuple[list[PairRow], int]:
    header = next(iter(lines), "")
    separator = max("\t,;", key=lambda mark: (len(_found(header, mark)), header.count(mark)))
    columns = _found(header, separator)
    if not set(NEEDED) <= columns.keys():
        _refuse_columns(path, header, separator)
    width = len(next(csv.reader([header], delimiter=separator)))
    swallowed = _row_end(separator, columns["question1"])
    records = list(csv.reader(chain([header], lines), delimiter=separator))[1:]
    rows = [_row(record, columns) for record in records if len(record) == width]
    for record in records:
        # A quote left open swallows whole rows, so a field then holds the end of one row and the
        # start of the next.
        if any("\n" in field and swallowed.search(field) for field in record):
            raise ValueError(
                f"{path}: the row {record[0]!r} opens a quote that is not closed in its field; "
                "close or double the quote"
            )
    whole = [row for row in rows if row is not None]
    return whole, sum(map(bool, records)) - len(whole)


def _found(header: str, separator: str) -> dict[str, int]:
    """The position of each known column in a header line."""
    names = next(csv.reader([header], delimiter=separator), [])
    names = [name.strip().lower() for name in names]
    return {name: names.index(name) for name in (*NEEDED, "qid1", "qid2") if name in names}


def _refuse_columns(path: str | PathLike, header: str, separator: str) -> None:
    columns = next(csv.reader([header], delimiter=separator), [])
    missing = [name for name in NEEDED if name not in _found(header, separator)]
    hint = ", which Kaggle's test.csv lacks" if missing == ["is_duplicate"] else ""
    raise ValueError(
        f"{path} has the columns {columns}; give a tab- or comma-separated file with "
        f"{', '.join(NEEDED)}{hint}"
    )


def _row_end(separator: str, before: int) -> re.Pattern:
    """Matches a label at the end of a line, then as many fields as come before question1."""
    mark, labels = re.escape(separator), "|".join(map(re.escape, LABELS))
    fields = rf"(?:[^{mark}\n]*{mark}){{{before}}}"
    return re.compile(rf"{mark}\s*(?:{labels})\s*\n(?:{fields}|\Z)", re.IGNORECASE)


def _row(record: list[str], columns: dict[str, int]) -> PairRow | None:
    label = LABELS.get(record[columns["is_duplicate"]].strip().lower())
    if label is None:
        return None
    text = {name: record[place].strip() for name, place in columns.items()}
    return PairRow(
        text.get("qid1", ""), text.get("qid2", ""), text["question1"], text["question2"], label
    )
