"""What is wrong with a training run? Named findings, each with its figure and its cure."""

from typing import NamedTuple

import numpy as np

from siamese_lib.energy import cosine_distance, cosine_similarity
from siamese_lib.episodes import require_labels
from siamese_lib.metrics import roc_auc
from siamese_lib.validate import require_margin, require_rank

# Chosen between what healthy and broken runs on blobs and questions gave with seeds 0 to 2, then
# frozen and tested on glyphs and faces with other seeds: benchmarks/diagnosis.py.
COLLAPSED = 0.01  # spread: collapsed up to 0.006, flipped labels from 0.019, healthy from 0.29
EXPLODED = 2.0  # highest loss over first, above HIGH: healthy up to 1.43, most too high rates more
SWAPPED = 0.65  # AUC on rows trained on: flipped labels up to 0.60, collapsed from 0.75
STUCK = 0.6  # last losses over first: margin too large from 0.69, healthy above HIGH up to 0.51
SPREAD_OUT = 0.5  # spread of rows that have moved apart: margin too large from 0.98
# Chosen by reasoning, not by runs.
HIGH = 1.0  # lower losses are never called exploded or stuck; a fitting margin rests below it
OUT_OF_REACH = 0.9  # share of pairs nearer than the margin
CROWDED = 0.1  # share of a batch's rows that meet their own class among their negatives
UNIT = 1e-3  # how far from 1 a length may be; float32 adds up to less
ENCODED = 256  # rows that training.encode passes through a model at a time
ENOUGH = 500  # rows compared with one another

CURES = {
    "NaN": "Look for a root, a norm or a logarithm of 0. Two equal embeddings have distance 0, "
    "where the root has no slope: use siamese_lib.energy.euclidean_distance.",
    "learning rate too high": "Divide it by 10, again and again, until the loss falls at once.",
    "wrong axis": "Normalise each row: l2_normalize(x, axis=-1).",
    "collapse": "Give the loss negatives and a margin; begin with random or semi-hard triplets.",
    "false negatives": "Draw each class once a batch, as text.duplicate_batches does.",
    "flipped labels": "Read ten pairs with their labels. Is 1 'same' or 'different'? Are positive "
    "and negative in the loss's order?",
    "margin too large": "Lower the margin, or a high temperature. If neither is large, false "
    "negatives stop the loss as well: give batch.",
    "evaluation on training data": "Report on rows that training never saw.",
    "leaky split": "Split by group (person, letter, meaning), not by row.",
    "threshold chosen on test data": "Choose it on validation rows; report on test rows once.",
}


class Finding(NamedTuple):
    """One failure: its name, a sentence with the figure that shows it, and what to do."""

    name: str
    evidence: str
    cure: str


def diagnose(
    history, embeddings, *, labels=None, margin=None, distance=cosine_distance, batch=None,
    train_rows=None, threshold_rows=None, test_rows=None, group=None,
):  # fmt: skip
    """Failures of a training run and of its evaluation, by name; [] where none is found.

    history is what training.fit returns, or any {"loss": [a float a step]}, NaN allowed.
    embeddings [n, dim] float are those of n inputs after training, NaN allowed. These two name
    "NaN", "learning rate too high", "wrong axis", "collapse" and "margin too large". One failure
    of training hides others, so only the first is named: mend it, train and ask again.
    More evidence, each part optional, finds more:
    labels [n]: the true class of each embedding, all of inputs trained on ("flipped labels").
    margin, in units of distance: can the embeddings reach it? Without it "margin too large" rests
    on the curve alone, where a temperature too high and false negatives look the same.
    batch [b]: class of each pair of a batch whose other pairs are negatives ("false negatives").
    train_rows, threshold_rows, test_rows: numbers of the rows trained on, those that chose the
    threshold and those reported on ("evaluation on training data", "threshold chosen on test
    data"); group [all rows]: the person, letter or meaning of each ("leaky split").
    No finding is no proof of health.

    Returns: a list of Finding.
    Raises: ValueError where history holds no loss, embeddings is not [n, dim] with 2 rows or
    more, labels or group has another length, or rows are no whole numbers of 0 or more.
    """
    loss, embeddings = _require_run(history, embeddings)
    training = (
        lambda: _not_a_number(loss, embeddings),
        lambda: _exploded(loss),
        lambda: _wrong_axis(embeddings),
        lambda: _collapsed(embeddings),
        lambda: _false_negatives(batch),
        lambda: _flipped(embeddings, labels),
        lambda: _out_of_reach(embeddings, margin, distance),
        lambda: _stuck(loss, embeddings) if margin is None else None,
    )
    first = next(filter(None, (check() for check in training)), None)
    # Flipped labels can end in collapse; then both are said.
    cause = _flipped(embeddings, labels) if first and first.name == "collapse" else None
    leak = _seen_in_training(train_rows, test_rows, group)
    findings = cause, first, leak, _chosen_on_test(threshold_rows, test_rows)
    return [finding for finding in findings if finding]


def _require_run(history, embeddings):
    loss = np.asarray(history.get("loss", []), float)
    if loss.ndim != 1 or loss.size == 0:
        raise ValueError(f"history holds no loss, only {list(history)}; give what fit returns")
    embeddings = np.asarray(embeddings, float)
    require_rank(2, "[n, dim]", embeddings=embeddings)
    if len(embeddings) < 2:
        raise ValueError("embeddings has 1 row; give those of a hundred inputs or so")
    return loss, embeddings


def _found(name, evidence):
    return Finding(name, evidence, CURES[name])


def _not_a_number(loss, embeddings):
    if np.isfinite(loss).all() and np.isfinite(embeddings).all():
        return None
    bad = np.flatnonzero(~np.isfinite(loss))
    step = int(bad[0]) if bad.size else len(loss)
    if step == 0:
        return _found("NaN", "The loss is not finite from the first step on.")
    return _exploded(loss[:step]) or _found(
        "NaN",
        f"Not finite from step {step} on, right after a loss of {loss[step - 1]:.3g}: "
        "no explosion led there.",
    )


def _exploded(loss):
    if loss.max() <= max(EXPLODED * loss[0], HIGH):
        return None
    rise = f"from {loss[0]:.3g} to {loss.max():.3g} at step {loss.argmax()}"
    return _found("learning rate too high", f"The loss rose {rise}.")


def _wrong_axis(embeddings):
    lengths = np.linalg.norm(embeddings, axis=1)
    if _are_one(lengths):
        return None
    # The rows as one batch, and as encode passes them through the model.
    for rows in (embeddings, embeddings[np.resize(np.arange(len(embeddings)), ENCODED)]):
        columns = np.linalg.norm(rows, axis=0)
        columns = columns[columns > UNIT]  # a column of zeros has no length to divide by
        for what, length in (("the whole batch", np.linalg.norm(rows)), ("each column", columns)):
            if _are_one(length):
                mean = f"Rows have length {lengths.mean():.3f} on average"
                return _found("wrong axis", f"{mean}, and {what} has length 1.")
    return None


def _are_one(lengths):
    return np.size(lengths) > 0 and np.all(np.abs(lengths - 1) < UNIT)


def _spread(embeddings):
    """0 where all rows are one vector, 1 where they cancel out: 1 - |mean|^2 / mean of |row|^2."""
    squares = np.mean(np.sum(embeddings**2, axis=1))
    return 0.0 if squares == 0 else 1 - np.sum(embeddings.mean(axis=0) ** 2) / squares


def _collapsed(embeddings):
    spread = _spread(embeddings)
    if spread >= COLLAPSED:
        return None
    said = f"All embeddings are nearly one vector: their spread is {spread:.4f}, of 1 at most."
    return _found("collapse", said)


def _false_negatives(batch):
    if batch is None:
        return None
    _, place, counts = np.unique(require_labels(batch), return_inverse=True, return_counts=True)
    others = counts[place] - 1
    if np.mean(others > 0) <= CROWDED:
        return None
    said = f"{np.mean(others > 0):.0%} of the batch's rows meet their own class as a negative"
    return _found("false negatives", f"{said}, {others.mean():.1f} times on average.")


def _flipped(embeddings, labels):
    if labels is None:
        return None
    labels = require_labels(labels)
    if len(labels) != len(embeddings):
        raise ValueError(f"{len(labels)} labels for {len(embeddings)} embeddings; give as many")
    i, j = _pairs(embeddings)
    is_same = (labels[i] == labels[j]).astype(int)
    if is_same.min() == is_same.max():
        raise ValueError("labels make no pair of each kind; give several rows of several classes")
    auc = roc_auc(cosine_similarity(embeddings[i], embeddings[j]), is_same)
    if auc >= SWAPPED:
        return None
    said = f"On data trained on, the pair of one class is the closer one in {auc:.0%} of cases"
    return _found("flipped labels", f"{said}; guessing gives 50%.")


def _out_of_reach(embeddings, margin, distance):
    if margin is None:
        return None
    require_margin(margin)
    i, j = _pairs(embeddings)
    share = np.mean(np.asarray(distance(embeddings[i], embeddings[j])) < margin)
    if share < OUT_OF_REACH or _spread(embeddings) < SPREAD_OUT:
        return None
    said = f"{share:.0%} of all pairs are nearer than the margin, {margin:g}, although the spread"
    return _found("margin too large", f"{said} is {_spread(embeddings):.2f}, of 1 at most.")


def _stuck(loss, embeddings):
    last = loss[-max(1, len(loss) // 5) :].mean()
    if last < max(STUCK * loss[0], HIGH) or _spread(embeddings) < SPREAD_OUT:
        return None
    said = f"The loss rests at {last:.3g}, {last / loss[0]:.0%} of its start, although the spread"
    return _found("margin too large", f"{said} is {_spread(embeddings):.2f}, of 1 at most.")


def _pairs(embeddings):
    """Every pair of rows, of ENOUGH rows evenly chosen where there are more."""
    rows = np.linspace(0, len(embeddings) - 1, min(ENOUGH, len(embeddings))).astype(int)
    i, j = np.triu_indices(len(rows), 1)
    return rows[i], rows[j]


def _seen_in_training(train_rows, test_rows, group):
    if train_rows is None or test_rows is None:
        return None
    train, test = _rows("train_rows", train_rows), _rows("test_rows", test_rows)
    own = np.mean(np.isin(test, train))
    if own > 0:
        said = f"{own:.0%} of the test rows were trained on."
        return _found("evaluation on training data", said)
    if group is None:
        return None
    group = require_labels(group)
    if max(train.max(), test.max()) >= len(group):
        raise ValueError(f"group has {len(group)} entries; give one for each row of all data")
    seen = np.mean(np.isin(group[test], group[train]))
    said = f"{seen:.0%} of the test rows belong to groups that were trained on."
    return _found("leaky split", said) if seen > 0 else None


def _chosen_on_test(threshold_rows, test_rows):
    if threshold_rows is None or test_rows is None:
        return None
    chose = _rows("threshold_rows", threshold_rows)
    share = np.mean(np.isin(_rows("test_rows", test_rows), chose))
    said = f"{share:.0%} of the test rows chose the threshold."
    return _found("threshold chosen on test data", said) if share > 0 else None


def _rows(name, rows):
    rows = np.asarray(rows)
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu" or rows.min() < 0:
        raise ValueError(f"{name} is {rows!r}; give row numbers [n], whole and 0 or more")
    return rows
