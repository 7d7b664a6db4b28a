"""Exercise 7.6, show it."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab7.ex_7_1 import last_fifth
from instructor.labs.lab7.runs import sweep
from instructor.labs.lab7.visible import SWEEPS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _risen(loss):
    return loss.max(axis=-1) > 2 * loss[..., 0]


def _resting(loss):
    tail = np.moveaxis(last_fifth(np.moveaxis(loss, -1, 0)), 0, -1)
    return tail.mean(axis=-1) > 0.6 * loss[..., 0]


def _best(score, sick):
    return int(np.where(sick, -np.inf, score).argmax())


def show_it(
    loss, validation, test, *, risen=_risen, resting=_resting, over=np.any, score=np.mean, pick=_best,
    judge=lambda validation, test: validation, gap=lambda test, chosen: test[chosen] - test[0],
    spread=lambda gap, test, chosen: gap.std(ddof=1), none=-1,
):  # fmt: skip
    """[the setting chosen, its mean gain over setting 0, that gain in standard deviations]."""
    sick = over(risen(loss) | resting(loss), axis=1)
    if sick.all():
        return np.array([none, 0.0, 0.0])
    chosen = pick(score(judge(validation, test), axis=1), sick)
    won = gap(test, chosen)
    return np.array([chosen, won.mean(), won.mean() / spread(won, test, chosen)])


def _among_the_rest(score, sick):
    return int(score[~sick].argmax())


def _never(loss):
    return np.zeros(loss.shape[:-1], bool)


def _apart(won, test, chosen):
    return np.sqrt(test[chosen].var(ddof=1) + test[0].var(ddof=1))


_MISTAKES = tuple(
    Mistake(slip(show_it, **switches), hint)
    for switches, hint in (
        ({"risen": _never}, "a setting whose curve rises above RISE with any seed is out."),
        ({"resting": _never}, "a setting whose curve rests above REST with any seed is out."),
        ({"over": np.all}, "a sick setting was chosen: one seed above RISE or REST is enough to put it out, any, not all."),
        ({"over": lambda sick, axis: sick[:, 0]}, "only the first seed is looked at; any of them may put a setting out."),
        ({"resting": lambda loss: loss[..., -1] > 0.6 * loss[..., 0]}, "the rest is the mean of the last fifth, not the last loss."),
        ({"resting": lambda loss: loss.mean(-1) > 0.6 * loss[..., 0]}, "the rest is the mean of the last fifth, not of the whole curve."),
        ({"resting": lambda loss: last_fifth(loss.T).T.mean(-1) > 0.6}, "the rest is a share of the first loss: divide by it."),
        ({"risen": lambda loss: loss.max(-1) > 2}, "the rise is a share of the first loss: divide by it."),
        ({"judge": lambda validation, test: test}, "the setting was chosen on test data: choose by validation, then open the test."),
        ({"score": np.max}, "choose by the mean over the seeds, not by the luckiest one."),
        ({"score": np.min}, "choose by the mean over the seeds, not by the worst one."),
        ({"score": lambda values, axis: values[:, 0]}, "choose by the mean over the seeds, not by the first one."),
        ({"pick": _among_the_rest}, "this is the place among the settings that are left; give the row of the whole table."),
        ({"pick": lambda score, sick: int((~sick).argmax())}, "this is the first healthy setting; take the best of them."),
        ({"pick": lambda score, sick: int(np.where(sick, np.inf, score).argmin())}, "this is the worst healthy setting."),
        ({"gap": lambda test, chosen: test[0] - test[chosen]}, "the sign is swapped: how much better is the mended run?"),
        ({"gap": lambda test, chosen: test[chosen]}, "this is the mended run alone; take off the failed one, seed by seed."),
        ({"gap": lambda test, chosen: test[chosen] - test.mean(axis=0)}, "compare with the run that failed, row 0, not with the mean of all."),
        ({"gap": lambda test, chosen: abs(test[chosen] - test[0])}, "a difference keeps its sign: one seed may take back what another gives."),
        ({"spread": lambda won, *_: won.std()}, "the spread was divided by n; a sample takes n - 1."),
        ({"spread": lambda won, *_: won.var(ddof=1)}, "that is the variance; take its root."),
        ({"spread": lambda won, *_: won.std(ddof=1) / np.sqrt(len(won))}, "divide by the standard deviation of the differences, not by that of their mean."),
        ({"spread": _apart}, "this treats the seeds of the two runs as unrelated; take the differences seed by seed."),
        ({"spread": lambda won, *_: 1.0}, "the third number is the gain over the standard deviation of the differences."),
        ({"none": 0}, "where no setting is left give -1: 0 is the run that failed."),
        ({"gives": lambda v: v[[1, 2]]}, "give the chosen setting first."),
        ({"gives": lambda v: v[[0, 2, 1]]}, "the gain comes before its certainty."),
    )
) + (
    Mistake(lambda loss, validation, test: (v := show_it(loss, validation, test), (validation[int(v[0])] - validation[0]), [v[0], (d := validation[int(v[0])] - validation[0]).mean(), d.mean() / d.std(ddof=1)] if v[0] >= 0 else v)[2], "the gain was measured on validation data, which chose the setting; show it on the test."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _sweeps(rng):
    return [sweep(rng, *sizes) for sizes in 2 * ((7, 3, 20), (8, 4, 26), (6, 5, 15), (7, 3, 12))]


def _with_none_left(rng):
    cases = [sweep(rng, 5, left=left) for left in (False, True, False)]
    return [cases[k] for k in rng.permutation(3)]


def _entries(*places):
    return close(lambda *case: show_it(*case)[list(places)])


EXERCISE = Exercise(
    title="show it",
    call="show_it",
    right=show_it,
    cases=SWEEPS,
    mistakes=_MISTAKES,
    meaning="The last two of the ten are mended, a rate too high and a margin too large, and the gain stands beside its own spread.",
    fallback="print for each setting: rise and rest with every seed, the mean validation, and the test beside that of setting 0.",
    guards={6: "where every setting is out there is nothing to choose: give -1, 0, 0."},
    parts=(
        Part(
            "choice",
            5,
            _sweeps,
            "int(show_it(*case)[0])",
            close(lambda *case: int(show_it(*case)[0])),
        ),
        Part("gain and certainty", 6, _sweeps, "show_it(*case)", close(show_it)),
        Part("no setting left", 4, _with_none_left, "show_it(*case)", close(show_it)),
    ),
)
