"""Signatures of made-up people, genuine and forged, as pictures and as what the pen did."""

from typing import NamedTuple

import numpy as np

from siamese_lib.datasets.pen import copied_by, draw_writer, render, sign
from siamese_lib.validate import require_count, require_option, require_rank, require_same_shape

# The writers of each split. A forger is a writer of the same split, so no hand is in two.
_WRITERS = {"train": range(400), "validation": range(400, 440), "test": range(440, 500)}
_FORGERS = 2  # people who practise each signature


class Signatures(NamedTuple):
    """n signatures: in whose name, and by whose hand.

    images [n, side, side] float32, 0 = paper, 1 = ink; writer [n] int32, in whose name; hand [n]
    int32, who held the pen: the same number where it is genuine, -1 where nobody knows the forger;
    traces [n, time, 3] float32, x, y and whether the pen is down, at equal time steps, and
    seconds [n] float32, how long it took: both None where there are pictures only.
    """

    images: np.ndarray
    writer: np.ndarray
    hand: np.ndarray
    traces: np.ndarray | None = None
    seconds: np.ndarray | None = None

    @property
    def is_genuine(self) -> np.ndarray:
        """[n] bool: the writer's own."""
        return self.hand == self.writer


def load_signatures(
    split: str, *, genuine: int = 12, forged: int = 8, side: int = 56, seed: int = 0
) -> Signatures:
    """Signatures by 400 people in "train", 40 in "validation", 60 in "test", nobody in two.

    For each person come `genuine` signatures, then `forged` skilled forgeries, by two other people
    of the split in turn. Each person is a distribution over strokes, slant, rhythm and speed, drawn
    once for each seed; pictures show ink of one width, so speed is not in them.

    What such data cannot show: whether people forge like this. A forgery here has the faults that
    `copied_by` gives it, and a network that finds them has found what was put in. There is no
    paper, scanner or pen, nobody has a bad day, grows older or disguises a signature, and every
    signature has twelve knots. Error rates on it compare methods; they say nothing about real
    signatures.

    Shapes: with n = people * (genuine + forged): images [n, side, side], traces [n, 128, 3] in
        sizes of a small letter, the others [n]; see Signatures.
    Raises: ValueError where split is unknown, genuine is below 2, forged is below 0 or side below
        16.
    Source: generated here; the kinds of forgery are those of Bromley et al. 1993.
    """
    require_option("split", split, _WRITERS)
    require_count(least=2, genuine=genuine)
    require_count(least=0, forged=forged, seed=seed)
    require_count(least=16, side=side)
    people = _WRITERS[split]
    parts = [_all_of(person, people, genuine, forged, seed) for person in people]
    traces, seconds, hand = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Signatures(
        images=render(traces, side=side),
        writer=np.repeat(people, genuine + forged).astype(np.int32),
        hand=hand.astype(np.int32), traces=traces, seconds=seconds,
    )  # fmt: skip


def _all_of(person, people, genuine, forged, seed):
    """(traces, seconds, hands) of the signatures in one person's name."""
    random = np.random.default_rng((seed, 1, person))
    writer = _writer(person, seed)
    others = random.permutation([other for other in people if other != person])[:_FORGERS]
    parts = [(person, *sign(writer, genuine, random))]
    for k, other in enumerate(others):
        copy = copied_by(writer, _writer(other, seed), random)
        parts.append((other, *sign(copy, (forged + _FORGERS - 1 - k) // _FORGERS, random)))
    hand = np.repeat([by for by, _, _ in parts], [len(seconds) for _, _, seconds in parts])
    traces, seconds = (np.concatenate([part[k] for part in parts]) for k in (1, 2))
    return traces, seconds, hand


def _writer(person, seed):
    return draw_writer(np.random.default_rng((seed, 0, person)))


def pen_features(traces: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """What the pen did, in numbers that do not depend on where and how large somebody signs.

    Places are measured from the middle of the ink, in units of its spread (the root of the mean
    squared distance), speeds in such units per fifth of a second.

    Shapes: traces [n, time, 3], seconds [n] -> [n, time, 5] float32: x, y, the two speeds, and
    whether the pen is down.
    Raises: ValueError if traces is not [n, time, 3], seconds does not fit or is not above 0, or a
    trace has no ink.
    Source: places, speeds and pen lifts, as in Bromley et al. 1993, who had eight such signals.
    """
    traces, seconds = np.asarray(traces, np.float64), np.asarray(seconds, np.float64)
    require_rank(3, "[n, time, 3]", traces=traces)
    if traces.shape[2] != 3:
        raise ValueError(f"traces has shape {traces.shape}; give [n, time, 3]: x, y, pen down")
    require_same_shape(seconds=seconds, traces_per_row=traces[:, 0, 0])
    if not (seconds > 0).all():
        raise ValueError(f"seconds holds {seconds.min()}; give times above 0")
    place, down = traces[..., :2], traces[..., 2:] > 0.5
    ink = down.sum(axis=1, keepdims=True)
    if not ink.all():
        raise ValueError(f"trace {int(ink.argmin())} has no ink; the pen is never down in it")
    place = place - (place * down).sum(axis=1, keepdims=True) / ink
    spread = np.sqrt((place**2 * down).sum(axis=(1, 2), keepdims=True) / ink)
    place = place / np.maximum(spread, 1e-9)
    per_step = seconds[:, None, None] / traces.shape[1]
    speed = np.gradient(place, axis=1) / per_step / 5
    return np.concatenate([place, speed, down], axis=-1).astype(np.float32)
