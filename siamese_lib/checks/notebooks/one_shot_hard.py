"""The hard exercise of the notebook on one-shot testing: a bug to find."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip


def _trials(seed, trials, n_way):
    """Whole numbers, so that ties are ties to the last bit."""
    rng = np.random.default_rng(seed)
    return rng.integers(-4, 5, (trials, 6)).astype(float), rng.integers(
        -4, 5, (trials, n_way, 6)
    ).astype(float)


def _with_ties():
    """Of twelve trials three have the right class among those that tie, in three others lose."""
    queries, supports = _trials(2, 12, 5)
    queries[:6] = [2, 1, 0, 0, 0, 0]
    supports[:6, :, 0] = [[3, 3, 1, 0, 2], [3, 3, 3, 0, 1], [3, 1, 3, 3, 3],
                          [1, 3, 3, 0, 0], [0, 2, 2, 2, 1], [3, 2, 2, 1, 0]]  # fmt: skip
    supports[:6, :, 1] = 0
    return queries, supports


def _with_nan():
    """The weights of a run that died, in part: NaN in a rival, in the right class, in a query."""
    queries, supports = _trials(3, 9, 4)
    queries[0], supports[0, 0] = 1, 9  # the right class leads by far
    supports[0, 2], supports[1, 0], queries[2] = np.nan, np.nan, np.nan
    return queries, supports


_TRIALS = (
    _trials(1, 30, 5), (np.ones((8, 3)), np.ones((8, 4, 3))), _with_ties(), _with_nan(),
    (np.full((5, 3), np.nan), np.full((5, 6, 3), np.nan)),
)  # fmt: skip


def _first(cosines):
    """What the colleague's function asks: is the first of the highest the right one?"""
    return float(np.argmax(cosines) == 0)


def _shared(cosines):
    top = cosines == cosines.max()
    return top[0] / top.sum()


def _fair(queries, supports, *, worth=_shared, spoilt=lambda cosines: 0.0, count=np.mean):
    each = [support @ query for query, support in zip(queries, supports, strict=True)]
    return count([spoilt(c) if np.isnan(c).any() else worth(c) for c in each])


def _tied(cosines, share):
    """Shares where the right class ties with others; 0 or 1 otherwise."""
    top = cosines == cosines.max()
    return share(top) if top[0] and top.sum() > 1 else float(top[0])


HARD = Exercise(
    "find the bug", _fair, _TRIALS,
    (
        Mistake(slip(_fair, worth=_first, spoilt=_first),
                "this still scores as before. What does argmax name where all entries are "
                "equal? And where all are NaN?"),
        Mistake(slip(_fair, worth=_first),
                "of equal entries argmax names the first, and the right one stands there: such a "
                "tie is a gift, share it."),
        Mistake(slip(_fair, worth=lambda c: float(c[0] > c[1:].max())),
                "now every tie is lost, as if the right class stood last; of m that tie each "
                "gets 1/m."),
        Mistake(slip(_fair, worth=lambda c: _tied(c, lambda top: 1 / len(top))),
                "a tie is shared by those that tie, not by all classes."),
        Mistake(slip(_fair, worth=lambda c: _tied(c, lambda top: 0.5)),
                "one half is right for a tie of two; more may tie."),
        Mistake(slip(_fair, worth=lambda c: 1 / (c == c.max()).sum()),
                "a share only where the right class is among those that tie."),
        Mistake(slip(_fair, spoilt=_first),
                "argmax names the first NaN as if it were the highest: a trial with NaN counts 0."),
        Mistake(slip(_fair, spoilt=lambda c: np.nan),
                "one trial with NaN spoils the whole mean; count it as 0."),
        Mistake(slip(_fair, spoilt=lambda c: _shared(np.nan_to_num(c))),
                "NaN replaced by a number takes part and may even tie; a trial with NaN counts "
                "0."),
        Mistake(slip(_fair, spoilt=lambda c: float(c[0] >= np.nanmax(c))),
                "a trial with a NaN anywhere proves nothing, even if the right class leads the "
                "rest: it counts 0."),
        Mistake(slip(_fair, worth=lambda c: (c[0] == c.max()) / len(c)),
                "where nothing ties the right class gets the whole point; divide by those that "
                "share the top only."),
        Mistake(slip(_fair, worth=lambda c: (c[0] >= c).mean()),
                "this is the share of classes at or below the right one; it is right only at the "
                "top."),
        Mistake(slip(_fair, worth=lambda c: (np.exp(c - c.max()) / np.exp(c - c.max()).sum())[0]),
                "a softmax gives every class something; only the top counts here."),
        Mistake(slip(_fair, count=np.sum), "this is a count; a share is asked."),
        Mistake(slip(_fair, count=lambda each: np.array(each)),
                "these are the points of each trial; their mean is asked."),
    ),
    guards={4: "a trial with a NaN in it counts 0: ask before you compare.",
            5: "a trial with a NaN in it counts 0: ask before you compare."},
    meaning="A test that always puts the right class first rewards whatever cannot tell: ask "
    "of any score what a constant and what NaN would get.",
    fallback="take one trial of four classes, all cosines equal: what is it worth, and what "
    "does your function give?",
)  # fmt: skip
