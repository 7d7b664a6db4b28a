"""Exercise 7.1, read the curve."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab7.runs import curve
from instructor.labs.lab7.visible import CURVES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _odd(loss):
    return ~np.isfinite(loss)


def _until(loss, broke):
    return loss if broke is None else loss[:broke]


def last_fifth(kept):
    return kept[-max(1, len(kept) // 5) :]


def _start(kept):
    return kept[0]


def read_curve(
    loss, *, odd=_odd, first=0, keep=_until, top=np.max, rise_by=_start, tail=last_fifth, mean=np.mean,
    rest_by=_start, never=-1,
):  # fmt: skip
    """[first step that is not finite or -1, highest / first, mean of the last fifth / first]."""
    found = np.flatnonzero(odd(loss))
    broke = int(found[first]) if len(found) else None
    kept = keep(loss, broke)
    if not len(kept):
        return np.array([broke, 0.0, 0.0])
    at = never if broke is None else broke
    return np.array([at, top(kept) / rise_by(kept), mean(tail(kept)) / rest_by(kept)])


def _both_by(start):
    return {"rise_by": start, "rest_by": start}


def _finite(loss, broke):
    return loss[np.isfinite(loss)]


def _numbered(change):
    return lambda v: v + np.array([change, 0, 0]) * (v[0] >= 0)


_MISTAKES = tuple(
    Mistake(slip(read_curve, **switches), hint)
    for switches, hint in (
        ({"odd": np.isnan}, "infinity is not finite either: ask np.isfinite, not np.isnan."),
        ({"odd": np.isinf}, "NaN is not finite either, and no number equals np.nan: ask np.isfinite."),
        ({"odd": np.isinf, "top": np.nanmax}, "NaN is not finite either, and no number equals np.nan: ask np.isfinite."),
        ({"keep": _finite}, "losses after the break count here too; look only at those before it."),
        ({"first": -1, "keep": _finite}, "this is the last step that is not finite; the curve breaks at the first."),
        ({"keep": lambda loss, broke: loss}, "the losses after the break are still in: look only at those before it."),
        ({"keep": lambda loss, broke: loss[: -1 if broke is None else broke]}, "loss[:-1] leaves the last loss out: where the curve never breaks take all of it."),
        ({"never": 0}, "a curve that never breaks gives -1; 0 would say that it breaks at once."),
        ({"never": np.nan}, "a curve that never breaks gives -1, not NaN."),
        ({"gives": _numbered(1)}, "steps count from 0; yours count from 1."),
        ({"gives": _numbered(-1)}, "this is the last good step; give the first one that is not finite."),
        ({"top": lambda kept: kept[-1]}, "the rise asks for the highest loss, not for the last."),
        ({"top": np.ptp}, "the rise is highest over first; yours is highest minus lowest."),
        ({"top": lambda kept: kept.max() - kept[0]}, "the rise is the highest loss over the first; nothing is subtracted."),
        ({"top": lambda kept: kept[1:].max() if len(kept) > 1 else kept[0]}, "the first loss may be the highest one, too."),
        (_both_by(lambda kept: 1.0), "both are shares of the first loss: divide by it."),
        ({"rise_by": lambda kept: 1.0}, "the rise is a share: divide the highest loss by the first."),
        ({"rest_by": lambda kept: 1.0}, "the rest is a share: divide it by the first loss."),
        (_both_by(np.mean), "divide by the first loss, not by the mean."),
        (_both_by(np.max), "divide by the first loss, not by the highest."),
        (_both_by(np.min), "divide by the first loss, not by the lowest."),
        ({"tail": lambda kept: kept[-1:]}, "this rest is the last loss alone; take the mean of the last fifth."),
        ({"tail": lambda kept: kept[: max(1, len(kept) // 5)]}, "this rest is the first fifth; take the last."),
        ({"tail": lambda kept: kept[-5:]}, "these are the last five losses; take the last fifth of them all."),
        ({"tail": lambda kept: kept}, "this rest is the mean of the whole curve; take its last fifth."),
        ({"tail": lambda kept: kept[-(len(kept) // 5) :]}, "fewer than five losses have no fifth, and x[-0:] is all of x: take one loss at least."),
        ({"tail": lambda kept: kept[-max(1, int(np.ceil(len(kept) / 5))) :]}, "a fifth is rounded down: len // 5."),
        ({"mean": np.min}, "take the mean of the last fifth, not the lowest."),
        ({"mean": np.max}, "take the mean of the last fifth, not the highest."),
        ({"mean": np.median}, "take the mean of the last fifth, not the median."),
        ({"mean": np.sum}, "this is the sum of the last fifth; take the mean."),
        ({"gives": lambda v: v[[0, 2, 1]]}, "the rise comes before the rest."),
        ({"gives": lambda v: v[[1, 2, 0]]}, "the step of the break comes first."),
        ({"gives": lambda v: v[1:]}, "give the step of the break as well."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _curves(rng):
    return [(curve(rng, rng.uniform(0.1, 1.6), steps),) for steps in (20, 33, 47)]


def _broken(rng):
    cases = [(curve(rng, rng.uniform(0.1, 1), 30),) for _ in range(4)]
    for k, (loss,) in enumerate(cases):
        at = rng.integers(6, 20)
        loss[at : at + (2 if k % 2 else 30)] = (np.nan, np.inf, -np.inf, np.nan)[k]
    return cases


def _short(rng):
    at_once = curve(rng, 0.5, 6)
    at_once[0] = np.nan
    return [(at_once,), *((curve(rng, 0.5, steps),) for steps in (1, 3, 4))]


_judge = close(read_curve)

EXERCISE = Exercise(
    title="read the curve",
    call="read_curve",
    right=read_curve,
    cases=CURVES,
    mistakes=_MISTAKES,
    meaning="Two failures of the ten can be read off these three numbers alone: a zero distance breaks the curve with no rise before, a rate too high has the rise.",
    fallback="print the losses before the break, the first of them, the highest, and the last fifth.",
    guards={
        4: "where not even the first loss is finite nothing is left to divide by: give 0, 0, 0.",
        5: "a curve of fewer than five losses: its last fifth is one loss.",
    },
    parts=(
        Part("whole curves", 5, _curves, "read_curve(*case)", _judge),
        Part("broken curves", 4, _broken, "read_curve(*case)", _judge),
        Part("short ones", 3, _short, "read_curve(*case)", _judge),
    ),
)
