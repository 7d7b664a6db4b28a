"""Batches with little padding: questions sorted by length and cut into steps, like a staircase.

Quora's questions have 13 tokens on average, and one in a hundred has more than 37. So a batch
padded to its longest question is mostly padding. Sorted, it looks like a staircase seen from the
side, and only the steps are read:

    the one long question of this batch here
    how do I learn to swim
    what is love                             -> words 1 to 3 of three, 4 to 6 of two, 7 and 8 of one

The batch stays as it was drawn, so every question keeps its negatives: the loss and the gradient
are the same as with padding, in half the time.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.text.tokens import PAD, require_padded_right
from siamese_lib.validate import require_count, require_rank

EDGES = (8, 12, 16, 24, 32, 48, 64, 96, 128)  # where a step may begin, in words
Plan = tuple[tuple[int, int, int], ...]  # of each step: rows, first word, last word + 1


class Stairs(NamedTuple):
    """What to_stairs returns and QuestionEncoder takes."""

    blocks: tuple[np.ndarray | jax.Array, ...]  # [rows, width] int32 each, with ever fewer rows
    place: np.ndarray | jax.Array  # [batch] int32: where each question stands in sorted order


def stair_plan(lengths: ArrayLike, *, rows: int) -> Plan:
    """How many of `rows` questions to go on reading at each edge: one plan, so one compilation.

    It is the number expected to be longer, plus four standard deviations. About one batch in ten
    thousand has more long questions, and is read with a wider step.

    Shapes: lengths [n] int, the words of the questions that batches are drawn from -> tuple of
    (rows, first word, last word + 1).
    Raises: ValueError if lengths is empty or holds a 0, or rows is below 1.
    """
    lengths = np.asarray(lengths)
    require_rank(1, "[n], the words of each question", lengths=lengths)
    require_count(rows=rows, shortest=int(lengths.min()))
    ends = [edge for edge in EDGES if edge < lengths.max()] + [int(lengths.max())]
    share = np.array([np.mean(lengths > start) for start in (0, *ends[:-1])])
    wanted = rows * share + 4 * np.sqrt(rows * share * (1 - share))
    counts = np.minimum(8 * np.ceil(wanted / 8), rows).astype(int)
    return tuple(zip(counts.tolist(), (0, *ends[:-1]), ends, strict=True))


def to_stairs(tokens: ArrayLike | Sequence[ArrayLike], plan: Plan) -> Stairs:
    """Token arrays, one below the other, as a staircase.

    Shapes: tokens is one [n, length] int array, or several of any lengths with n rows in all, 0 =
    padding on the right; n is the rows of the plan -> Stairs.
    Raises: ValueError if n is not the rows of the plan, or a question is longer than the plan, is
    all padding, or has padding before a token.
    """
    arrays = [
        np.asarray(side) for side in (tokens if isinstance(tokens, tuple | list) else [tokens])
    ]
    for array in arrays:
        require_rank(2, "[n, length] token numbers", tokens=array)
    rows, longest = plan[0][0], plan[-1][2]
    lengths = np.concatenate([require_padded_right(array, pad_token=PAD) for array in arrays])
    if len(lengths) != rows or lengths.max() > longest:
        raise ValueError(
            f"there are {len(lengths)} questions of up to {lengths.max()} words, but the plan is "
            f"for {rows} of up to {longest}; make it with stair_plan from the lengths of all "
            "questions"
        )
    if lengths.min() == 0:
        raise ValueError(
            f"question {int(lengths.argmin())} is all padding; drop empty questions first"
        )
    order = np.argsort(-lengths, kind="stable")
    whole = np.zeros((rows, longest), np.int32)
    first = 0
    for array in arrays:
        width = min(array.shape[1], longest)
        whole[first : first + len(array), :width] = array[:, :width]
        first += len(array)
    blocks: list[np.ndarray] = []
    above = rows
    for count, start, end in plan:
        # If more questions are long than planned, this step keeps the rows of the one above it.
        above = count if (lengths > start).sum() <= count else above
        blocks.append(whole[order[:above], start:end])
    return Stairs(tuple(blocks), np.argsort(order).astype(np.int32))
