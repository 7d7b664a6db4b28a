"""Which questions are duplicates, and batches of them in which every other row is a negative."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siamese_lib.text.tokenizer import pad_length
from siamese_lib.text.tokens import PAD, require_padded_right, require_questions
from siamese_lib.validate import class_numbers, require_binary, require_count, require_rank


def duplicate_groups(
    question1: Sequence[str], question2: Sequence[str], is_same: Sequence[int] | np.ndarray
) -> tuple[list[str], NDArray[np.int32]]:
    """Which questions are known to mean the same, directly or through others.

    Two questions in different groups may still mean the same if nobody has labelled them: a file of
    pairs cannot rule that out.

    Shapes: lists of n strings and is_same [n] of 0 and 1 -> (texts, group): the distinct questions
    and group [len(texts)] int32, equal where a chain of duplicate pairs joins two questions.
    Raises: ValueError if the lengths differ, there are no pairs, a question is empty, missing or
    holds half a character, or a label is not 0 or 1.
    """
    if not len(question1) == len(question2) == len(is_same):
        raise ValueError(
            f"lengths differ: question1 {len(question1)}, question2 {len(question2)}, "
            f"is_same {len(is_same)}; give one label per pair"
        )
    require_questions(question1=question1, question2=question2)
    require_binary(is_same=is_same)
    number: dict[str, int] = {}
    for text in (*question1, *question2):
        number.setdefault(text, len(number))
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    same = [
        (number[a], number[b]) for a, b, s in zip(question1, question2, is_same, strict=True) if s
    ]
    left, right = np.array(same, int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(same)), (left, right)), shape=(len(number), len(number)))
    return list(number), connected_components(graph, directed=False)[1].astype(np.int32)


def duplicate_batches(
    tokens: ArrayLike, group: ArrayLike, *, batch_size: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of pairs of questions that mean the same; no meaning occurs twice in a batch.

    So every other row of a batch can serve as a negative, as far as group knows. (A few false
    negatives cost nothing that can be measured; some in every row cost up to 0.29 of AUC: notebook
    05.) Each epoch (a new seed) pairs the questions of a group differently. Pairs that do not fill
    a batch are left out. If a group has more pairs than there are batches, each batch gets one of
    them and the others are left out.

    Shapes: tokens [n, length] int, padded with 0 on the right, group [n] numbers or words -> yields
    (anchor, positive), each [batch_size, length'] int32, where length' is a multiple of 8.
    Raises: ValueError if the lengths differ, a token stands after padding, or fewer than batch_size
    groups have two questions.
    """
    tokens, group = np.asarray(tokens), class_numbers("group", group)
    require_count(batch_size=batch_size)
    require_rank(2, "[n, length] token numbers", tokens=tokens)
    require_padded_right(tokens, pad_token=PAD)
    if len(tokens) != len(group):
        raise ValueError(f"{len(tokens)} questions but {len(group)} groups; give each its group")
    rng = np.random.default_rng(seed)
    anchors, positives = _pairs_within(group, rng)
    groups = len(np.unique(group[anchors]))
    if groups < batch_size:
        raise ValueError(
            f"{groups} groups have two questions or more, but a batch needs {batch_size}; "
            "give a smaller batch_size or more duplicates"
        )
    for rows in _batches_without_repeats(group[anchors], batch_size, rng):
        yield pad_length(tokens[anchors[rows]]), pad_length(tokens[positives[rows]])


def pair_rows(
    question1: Sequence[str], question2: Sequence[str]
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Each distinct text once, and where the two texts of every pair stand among them.

    Shapes: two lists of n strings -> (texts, first [n] int, second [n] int), with
    texts[first[i]] == question1[i] and texts[second[i]] == question2[i].
    Raises: ValueError if the lengths differ, there are no pairs, or a text is empty, missing or
    holds half a character.
    """
    if len(question1) != len(question2):
        raise ValueError(
            f"question1 has {len(question1)} texts and question2 {len(question2)}; give pairs"
        )
    require_questions(question1=question1, question2=question2)
    row = {text: place for place, text in enumerate(dict.fromkeys((*question1, *question2)))}
    first, second = (np.array([row[t] for t in side], int) for side in (question1, question2))
    return list(row), first, second


def pair_batches(
    tokens: ArrayLike,
    first: Sequence[int] | np.ndarray,
    second: Sequence[int] | np.ndarray,
    is_same: Sequence[int] | np.ndarray,
    *,
    batch_size: int,
    seed: int,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Batches of labelled pairs, same and different; each pair comes once, in a shuffled order.

    Pairs that do not fill the last batch are left out; another seed leaves out others.

    Shapes: tokens [texts, ...]; first, second [n] int, rows of tokens; is_same [n] -> yields
    (x1, x2, is_same), each with batch_size rows.
    Raises: ValueError if the lengths differ or n is less than batch_size.
    """
    require_count(batch_size=batch_size)
    if not len(first) == len(second) == len(is_same):
        raise ValueError(
            f"lengths differ: first {len(first)}, second {len(second)}, is_same {len(is_same)}; "
            "give one of each per pair"
        )
    if len(is_same) < batch_size:
        raise ValueError(
            f"there are {len(is_same)} pairs, but a batch needs {batch_size}; lower batch_size or "
            "give more pairs"
        )
    tokens, first, second = np.asarray(tokens), np.asarray(first), np.asarray(second)
    order = np.random.default_rng(seed).permutation(len(is_same))
    for start in range(0, len(order) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield tokens[first[rows]], tokens[second[rows]], np.asarray(is_same)[rows]


def _pairs_within(group, rng):
    """Neighbours in a shuffled order of each group: about half as many pairs as questions."""
    order = rng.permutation(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    sorted_group = group[order]
    is_even = _rank(sorted_group) % 2 == 0
    first = np.flatnonzero(is_even[:-1] & (sorted_group[:-1] == sorted_group[1:]))
    return order[first], order[first + 1]


def _batches_without_repeats(group, batch_size, rng):
    """Rows in batches: pairs sorted by group are dealt like cards, to one batch after another."""
    _, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    order = np.argsort(rng.permutation(len(counts))[place], kind="stable")
    # A group gives each batch at most one pair; pairs beyond the number of batches are left out.
    batches = len(group) // batch_size
    while np.minimum(counts, batches).sum() < batches * batch_size:
        batches = np.minimum(counts, batches).sum() // batch_size
    order = order[_rank(place[order]) < batches]
    for batch in rng.permutation(batches):
        rows = order[batch::batches]
        # Sorted by group before the shuffle: the stored numbers come from batches drawn this way.
        yield rng.permutation(rows[np.argsort(group[rows])])[:batch_size]


def _rank(ordered):
    """0, 1, 2, ... within each run of equal values."""
    starts = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1]
    return np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
