"""Quora question pairs: downloaded by the user under Quora's terms, or from the user's own file."""

import hashlib
import warnings
from collections import Counter
from os import PathLike
from pathlib import Path

import numpy as np

from siamese_lib.datasets.downloads import fetch
from siamese_lib.datasets.pair_files import PairRow, read_pair_rows
from siamese_lib.datasets.types import QuestionPairs
from siamese_lib.validate import require_option

_FILE = "quora/quora_duplicate_questions.tsv"
_SPLITS = ("train", "validation", "test", "all")
_HELD_OUT = 0.1  # the share of the pairs that test may have at most, and validation as well


def load_quora(split: str, *, path: str | PathLike | None = None) -> QuestionPairs:
    """Pairs of questions from Quora; no question occurs in two of train, validation and test.

    split is "train", "validation", "test" (about 80, 10 and 10 % of the pairs) or "all". `path`
    is your own file: Kaggle's train.csv or its zip, or any file with the columns question1,
    question2 and is_duplicate (0 or 1), and preferably qid1 and qid2, separated by tabs, commas or
    semicolons and quoted as in CSV. Without `path` the public file is downloaded (58 MB).

    Two questions are linked where any pair, same or different, holds both. Questions with equal
    ids, or with texts that differ in case and spaces alone, count as one. Each connected set goes
    to one split as a whole. Sets are taken in the order of a hash of their smallest text: each goes
    to test if it still fits into a tenth of the pairs, otherwise likewise to validation, otherwise
    to train. A set too large for a tenth, if the file has one, is trained on. Pairs with an empty
    question, of which the public file has a few, are dropped. Rows whose number of fields differs
    from the header's, or without a label of 0 or 1, are skipped and counted in a warning.

    Shapes: question1, question2 and is_same are of length n.
    Raises: ValueError where split is unknown, or where a needed column is missing, a quote is not
        closed or no pair is found (all quoting the file); OSError where the file is missing or the
        download fails.
    Source: Quora 2017, "First Quora Dataset Release: Question Pairs"; non-commercial terms.
    """
    require_option("split", split, _SPLITS)
    rows = _read(_download() if path is None else path)
    if split != "all":
        side = _sides(rows)
        count = len(rows)
        rows = [row for row, name in zip(rows, side, strict=True) if name == split]
        if not rows:
            raise ValueError(
                f"of {count} pairs none falls into split {split!r}: no set of linked questions "
                "fits into a tenth of them; give more pairs, or use split='all'"
            )
    return QuestionPairs(
        question1=[row.question1 for row in rows],
        question2=[row.question2 for row in rows],
        is_same=np.array([row.is_same for row in rows], np.int8),
    )


def _download() -> Path:
    try:
        return fetch(_FILE)
    except OSError as error:
        raise type(error)(
            f"{error} If you have a copy elsewhere: load_quora(split, path=...)."
        ) from error


def _read(path: str | PathLike) -> list[PairRow]:
    rows, skipped = read_pair_rows(path)
    if skipped:
        warnings.warn(
            f"{path}: skipped {skipped} of {len(rows) + skipped} rows, whose fields do not fit the "
            "header or whose label is not 0 or 1",
            stacklevel=3,
        )
    rows = [row for row in rows if row.question1 and row.question2]
    if not rows:
        raise ValueError(f"{path} holds no pair of questions; give a file with at least one")
    return rows


def _sides(rows: list[PairRow]) -> list[str]:
    """The split of each row, which depends on the set of linked questions it belongs to."""
    group, name = _linked(rows)
    size = Counter(group)
    side, room = {}, {"test": _HELD_OUT * len(rows), "validation": _HELD_OUT * len(rows)}
    for number in sorted(size, key=lambda number: _shuffled(name[number])):
        side[number] = next((s for s in room if size[number] <= room[s]), "train")
        if side[number] in room:
            room[side[number]] -= size[number]
    return [side[number] for number in group]


def _shuffled(text: str) -> bytes:
    """A sort key that depends on the text alone and puts texts in a meaningless order."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _linked(rows: list[PairRow]) -> tuple[list[int], dict[int, str]]:
    """The number of each row's connected set, and the smallest text of each set."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    number: dict[tuple[str, str], int] = {}
    edges, first = [], []
    for row in rows:
        texts = [" ".join(text.lower().split()) for text in (row.question1, row.question2)]
        keys = [("text", text) for text in texts]
        keys += [("id", qid) for qid in (row.qid1, row.qid2) if qid]
        nodes = [number.setdefault(key, len(number)) for key in keys]
        edges += [(nodes[0], node) for node in nodes[1:]]
        first.append(nodes[0])
    left, right = np.array(edges).T
    graph = coo_array((np.ones(len(edges)), (left, right)), shape=(len(number), len(number)))
    set_of = connected_components(graph, directed=False)[1].tolist()
    name: dict[int, str] = {}
    for (kind, text), node in number.items():
        if kind == "text":
            name[set_of[node]] = min(text, name.get(set_of[node], text))
    return [set_of[node] for node in first], name
