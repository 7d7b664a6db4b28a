"""What is wrong with a training run? Findings by name, each with its evidence and its cure."""

from collections.abc import Callable, Mapping, Sequence

import jax
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.energy import cosine_distance
from siamese_lib.evaluation.metrics import roc_auc
from siamese_lib.training.embedding import batch_rows
from siamese_lib.training.evidence import labelled_pairs, pairs, require_evidence
from siamese_lib.training.findings import Finding, found

# Each limit lies between what healthy and broken runs on blobs and questions gave (seeds 0 to 2),
# was then frozen, and tested on glyphs and faces with other seeds: benchmarks/quality/diagnosis.py.
COLLAPSED = 0.01  # spread: collapsed up to 0.006, flipped labels from 0.019, healthy from 0.29
EXPLODED = (
    2.0  # highest loss over first, above HIGH: healthy up to 1.43, too high a rate mostly more
)
SWAPPED = 0.65  # AUC on rows trained on: flipped labels up to 0.60, collapsed from 0.75
STUCK = 0.6  # last losses over first: margin too large from 0.69, healthy up to 0.51 above HIGH
SPREAD_OUT = 0.5  # spread of rows that have moved apart: 0.98 or more with a margin too large
# Chosen by reasoning, not by runs.
HIGH = 1.0  # losses below it never count as exploded or stuck; they end below if the margin fits
OUT_OF_REACH = 0.9  # share of the pairs that are nearer than the margin
CROWDED = 0.1  # share of a batch's rows that have their own class among their negatives; up to
# 0.24 did no harm under any loss of the library: benchmarks/quality/false_negatives.py
UNIT = 1e-3  # a length may be so far from 1, a loss from its start; rounding of float32 adds less
APART = 0.99  # AUC of classes that are well apart: a loss of 0 then means that training is done
ENCODED = 256  # most rows that training.encode passes through a model at a time
ENOUGH = 500  # most rows that are compared with one another


def diagnose(
    history: Mapping[str, Sequence[float]], embeddings: ArrayLike, *,
    labels: ArrayLike | None = None, margin: float | None = None,
    distance: Callable[..., jax.Array] = cosine_distance, batch: ArrayLike | None = None,
    train_rows: ArrayLike | None = None, threshold_rows: ArrayLike | None = None,
    test_rows: ArrayLike | None = None, group: ArrayLike | None = None,
) -> list[Finding]:  # fmt: skip
    """Name the failures of a training run and of its evaluation; [] where none is found.

    history is what training.fit returns, or any {"loss": [one float per step]}, NaN allowed. Where
    fit stopped at a NaN, take the error's: `except ValueError as error: error.history`.
    embeddings are those of n inputs after training, NaN allowed (where encode refuses to return NaN
    for tokens, give np.full((2, 1), np.nan)). These two suffice for "NaN", "no triplets" (a loss
    of exactly 0 in every step of the first epoch; of any epoch, if labels show classes not apart),
    "learning rate too high", "wrong axis", "collapse" and "margin too large". One failure of
    training hides others, so only the first is named: mend it, train and ask again.
    More evidence finds more; each part is optional:
    labels: the true class of each embedding, if all inputs were trained on ("flipped labels").
    margin: shows whether the embeddings can reach it. Without it only the curve can say "margin
    too large", and a temperature too high or false negatives give the same curve.
    distance: the one that was trained; margin and labels need it.
    batch: the class of each pair of a batch whose other pairs are negatives ("false negatives").
    train_rows, threshold_rows, test_rows: numbers of the rows trained on, those that the threshold
    was chosen on and those reported on ("evaluation on training data", "threshold chosen on test
    data"); group: the person, letter or meaning of each row of all data ("leaky split").

    No finding does not prove health. It misses: a wrong axis, unless the rows are one batch or all
    that encode returned, in order, with batch_size 256 and no tokens; lengths that shrink to 0
    together, and two opposite points (their spread is high); a threshold chosen on rows trained on
    or on groups of the test rows. It errs: free lengths that vary little, far from the origin, look
    collapsed; a loss that is not a mean of order 1 (a sum, InfoNCE over a large batch that still
    falls) can look stuck or exploded. Labels do not settle that, since the classes are well apart
    in most runs whose margin is too large.

    Shapes: embeddings [n, dim] float, labels [n], batch [b], group [all rows], the rows [any] int,
    distance [m, dim], [m, dim] -> [m]. Returns: a list of Finding.
    Units: margin is in units of distance. Lengths and spreads have none.
    Source: the limits were measured by benchmarks/quality/diagnosis.py.
    Raises: ValueError where history holds no loss, embeddings is not [n, dim] with 2 rows or more,
    labels or group has another length or makes no pairs, rows are not whole numbers of 0 or more,
    margin is negative, distance gives another shape, or a part comes without those it needs: rows
    without test_rows, group without train_rows.
    """
    given = require_evidence(
        history, embeddings, labels=labels, margin=margin, distance=distance, batch=batch,
        train_rows=train_rows, threshold_rows=threshold_rows, test_rows=test_rows, group=group,
    )  # fmt: skip
    checks: tuple = _not_a_number, _no_triplets, _exploded, _wrong_axis, _collapsed
    checks += (_false_negatives, _flipped, _out_of_reach, _stuck)
    first = next(filter(None, (check(given) for check in checks)), None)
    # Flipped labels can end in collapse; both are then named.
    cause = _flipped(given) if first and first.name == "collapse" else None
    findings = cause, first, _seen_in_training(given), _chosen_on_test(given)
    return [finding for finding in findings if finding]


def _not_a_number(given):
    loss, bad = given.loss, np.flatnonzero(~np.isfinite(given.loss))
    odd = np.count_nonzero(~np.isfinite(given.embeddings).all(axis=1))
    if not bad.size and not odd:
        return None
    if bad.size and bad[0] == 0:
        return found("NaN", "The loss is not finite from the first step on.")
    loss = loss[: bad[0]] if bad.size else loss
    if _end(loss).max() > _limit(loss):  # a rise that the run got over is not the cause
        return _risen(loss)
    said = f"Not finite from step {len(loss)} on, right after a loss of {loss[-1]:.3g}: "
    said += "no explosion led there."
    if not bad.size:
        said = f"All losses are finite, but {odd} of {len(given.embeddings)} embeddings are not."
    return found("NaN", said)


def _no_triplets(given):
    epochs = [loss for loss in np.array_split(given.loss, given.epochs) if loss.size]
    empty = [number for number, loss in enumerate(epochs, 1) if not loss.any()]
    # After the first epoch a loss of 0 may mean that training is done: only labels can tell.
    if not empty or (given.labels is None and empty[0] > 1):
        return None
    if given.labels is not None and _auc(given) >= APART:
        return None
    said = f"The loss is exactly 0 in every step of epoch {empty[0]}"
    return found("no triplets", f"{said}: no triplet, or no pair, counted there.")


def _end(loss):
    """The last fifth of the losses."""
    return loss[-max(1, len(loss) // 5) :]


def _limit(loss):
    return max(EXPLODED * loss[0], HIGH)


def _exploded(given):
    return _risen(given.loss) if given.loss.max() > _limit(given.loss) else None


def _risen(loss):
    rise = f"from {loss[0]:.3g} to {loss.max():.3g} at step {loss.argmax()}"
    return found("learning rate too high", f"The loss rose {rise}.")


def _wrong_axis(given):
    embeddings = given.embeddings
    lengths = np.linalg.norm(embeddings, axis=1)
    if _are_one(lengths):
        return None
    # Take the rows as one batch, and as encode passes them through the model.
    at_once = batch_rows(len(embeddings), ENCODED)
    for rows in (embeddings, embeddings[np.resize(np.arange(len(embeddings)), at_once)]):
        columns = np.linalg.norm(rows, axis=0)
        columns = columns[columns > UNIT]  # a column of zeros has no length to divide by
        for what, length in (("the whole batch", np.linalg.norm(rows)), ("each column", columns)):
            if _are_one(length):
                mean = f"Rows have length {lengths.mean():.3f} on average"
                return found("wrong axis", f"{mean}, and {what} has length 1.")
    return None


def _are_one(lengths):
    return np.size(lengths) > 0 and np.all(np.abs(lengths - 1) < UNIT)


def _spread(embeddings):
    """1 - |mean|^2 / mean of |row|^2: 0 where all rows are one vector, 1 where they cancel out."""
    squares = np.mean(np.sum(embeddings**2, axis=1))
    return 0.0 if squares == 0 else 1 - np.sum(embeddings.mean(axis=0) ** 2) / squares


def _collapsed(given):
    spread = _spread(given.embeddings)
    if spread >= COLLAPSED:
        return None
    said = f"All embeddings are nearly one vector: their spread is {spread:.4f}, of 1 at most."
    return found("collapse", said)


def _false_negatives(given):
    if given.batch is None:
        return None
    others = np.bincount(given.batch)[given.batch] - 1
    if np.mean(others > 0) <= CROWDED:
        return None
    said = f"{np.mean(others > 0):.0%} of the batch's rows meet their own class as a negative"
    return found("false negatives", f"{said}, {others.mean():.1f} times on average.")


def _flipped(given):
    start, last = given.loss[0], _end(given.loss).mean()
    # Where the loss has not fallen, nothing was learned, so nothing wrong was learned either.
    if given.labels is None or last >= start - UNIT * abs(start):
        return None
    auc = _auc(given)
    if auc >= SWAPPED:
        return None
    said = f"On data trained on, the pair of one class is the closer one in {auc:.0%} of cases"
    return found("flipped labels", f"{said}; guessing gives 50%.")


def _auc(given):
    """The chance that two rows of one class are closer than two rows of different classes."""
    i, j = labelled_pairs(given.labels, ENOUGH)
    distances = given.distance(given.embeddings[i], given.embeddings[j])
    return roc_auc(-np.asarray(distances), (given.labels[i] == given.labels[j]).astype(int))


def _out_of_reach(given):
    if given.margin is None:
        return None
    i, j = pairs(len(given.embeddings), ENOUGH)
    distances = np.asarray(given.distance(given.embeddings[i], given.embeddings[j]))
    share, spread = np.mean(distances < given.margin), _spread(given.embeddings)
    if share < OUT_OF_REACH or spread < SPREAD_OUT:
        return None
    said = f"{share:.0%} of all pairs are nearer than the margin, {given.margin:g}, although the"
    return found("margin too large", f"{said} spread is {spread:.2f}, of 1 at most.")


def _stuck(given):
    start, last, spread = given.loss[0], _end(given.loss).mean(), _spread(given.embeddings)
    if given.margin is not None or start <= 0:  # where the margin is known, it decides
        return None
    if last < max(STUCK * start, HIGH) or spread < SPREAD_OUT:
        return None
    said = f"The loss rests at {last:.3g}, {last / start:.0%} of its start, although the spread"
    return found("margin too large", f"{said} is {spread:.2f}, of 1 at most.")


def _seen_in_training(given):
    train, test, group = given.train_rows, given.test_rows, given.group
    if train is None:
        return None
    if np.isin(test, train).any():
        said = f"{_share(np.isin(test, train))} were trained on."
        return found("evaluation on training data", said)
    if group is None or not np.isin(group[test], group[train]).any():
        return None
    seen = _share(np.isin(group[test], group[train]))
    return found("leaky split", f"{seen} belong to groups that were trained on.")


def _chosen_on_test(given):
    if given.threshold_rows is None:
        return None
    chose = np.isin(given.test_rows, given.threshold_rows)
    if not chose.any():
        return None
    return found("threshold chosen on test data", f"{_share(chose)} chose the threshold.")


def _share(of):
    """The share in per cent, or a count where rounding would turn it into none or all."""
    rounds_away = f"{of.mean():.0%}" in ("0%", "100%") and not of.all()
    share = f"{of.sum()} of {of.size}" if rounds_away else f"{of.mean():.0%} of the"
    return f"{share} test rows"
