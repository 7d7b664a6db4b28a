"""Runs with one failure each, made by formula: every sign is far from the limit that it is held to."""

import numpy as np

# In the order in which they are looked for: an earlier failure has the signs of later ones, too.
NAMES = (
    "healthy", "NaN", "learning rate too high", "wrong axis", "collapse", "flipped labels",
    "false negatives", "margin too large", "evaluation on training data", "leaky split",
    "threshold on test data",
)  # fmt: skip
STEPS, CLASSES, EACH, DIM = 30, 4, 3, 4


def make_run(rng, name, *, variant=0):
    """What is recorded of a run. variant: some failures come in two guises, 0 and 1."""
    run = _healthy(rng)
    change = _CHANGES.get(name)
    return run | change(rng, run, variant) if change else run


def _healthy(rng):
    label = rng.permutation(np.repeat(np.arange(CLASSES), EACH))
    group = rng.permutation(np.repeat(np.arange(10), 4))
    names = rng.permutation(10)
    rows = [np.flatnonzero(np.isin(group, part)) for part in np.split(names, [5, 7])]
    return {
        "loss": curve(rng, rng.uniform(0.05, 0.5)), "embeddings": clusters(rng, label),
        "label": label, "batch": rng.permutation(12)[:6], "group": group,
        **dict(zip(("train_rows", "threshold_rows", "test_rows"), rows, strict=True)),
    }  # fmt: skip


def curve(rng, rest, steps=STEPS):
    """Losses that fall from their start to a share of it, with noise that never doubles the start."""
    start, noise = rng.uniform(0.6, 3), rng.uniform(-0.04, 0.04, steps)
    fall = rest + (1 - rest) * np.exp(-np.arange(steps) / 4)
    fall[1:2] *= rng.uniform(1, 1.5)  # a healthy run may rise a little at first
    return (start * fall * (1 + noise)).round(4)


def clusters(rng, label):
    """Unit rows, those of one class close together."""
    centres = np.linalg.qr(rng.normal(size=(DIM, DIM)))[0]
    return unit(centres[label] + 0.15 * rng.normal(size=(len(label), DIM)))


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def _nan(rng, run, variant):
    loss = run["loss"].copy()
    loss[rng.integers(2, 9) if variant == 0 else 0 :] = np.nan
    return {"loss": loss, "embeddings": np.full((CLASSES * EACH, DIM), np.nan)}


def _rate(rng, run, variant):
    """Up at once; then the network is dead, or no number at all."""
    loss = run["loss"].copy()
    loss[1:] = loss[0] * (0.9 + rng.uniform(3, 40) * np.exp(-np.arange(STEPS - 1) / 2))
    embeddings = _one_point(rng)
    if variant:
        loss[5:], embeddings = np.nan, np.full_like(embeddings, np.nan)
    return {"loss": loss.round(4), "embeddings": embeddings}


def _one_point(rng):
    return unit(np.ones(DIM) + 0.02 * rng.normal(size=(CLASSES * EACH, DIM)))


def _axis(rng, run, variant):
    rows = run["embeddings"]
    length = np.linalg.norm(rows) if variant == 0 else np.linalg.norm(rows, axis=0)
    return {"embeddings": rows / length, "loss": curve(rng, rng.uniform(0.9, 0.98))}


def _collapse(rng, run, variant):
    """The loss falls to 0, or stands at the margin."""
    rest = 0.002 if variant == 0 else rng.uniform(0.97, 1)
    return {"embeddings": _one_point(rng), "loss": curve(rng, rest)}


def _flipped(rng, run, variant):
    """Each class is spread over all clusters, the nearest neighbour is a stranger."""
    place = run["label"].copy()
    for name in range(CLASSES):
        place[run["label"] == name] = (name + np.arange(EACH)) % CLASSES
    return {"embeddings": clusters(rng, place)}


def _false(rng, run, variant):
    batch = rng.permutation(np.repeat(rng.permutation(12)[:3], 2))
    rest = rng.uniform(0.7, 0.8) if variant == 0 else rng.uniform(0.3, 0.5)
    return {"batch": batch, "loss": curve(rng, rest)}


def _margin(rng, run, variant):
    return {
        "loss": curve(rng, rng.uniform(0.92, 0.97) if variant == 0 else rng.uniform(0.68, 0.75))
    }


def _seen(rng, run, variant):
    """Trained on all test rows, or on two of them."""
    test, many = run["test_rows"], len(run["test_rows"]) if variant == 0 else 2
    return {"train_rows": rng.permutation(np.r_[run["train_rows"], rng.permutation(test)[:many]])}


def _leaky(rng, run, variant):
    """No row is on both sides, but half of each group's rows are."""
    kept = np.r_[run["train_rows"], run["test_rows"]]
    order = kept[np.argsort(run["group"][kept], kind="stable")]
    return {"train_rows": rng.permutation(order[::2]), "test_rows": rng.permutation(order[1::2])}


def _chosen(rng, run, variant):
    rows = run["test_rows"] if variant == 0 else np.r_[run["threshold_rows"], run["test_rows"][:2]]
    return {"threshold_rows": rng.permutation(rows)}


_CHANGES = dict(zip(NAMES[1:], (_nan, _rate, _axis, _collapse, _flipped, _false, _margin, _seen,
                                _leaky, _chosen), strict=True))  # fmt: skip


def sweep(rng, settings=7, seeds=3, steps=20, *, left=True):
    """(loss, validation, test) of several settings: row 0 failed; others, sick with one seed alone,
    look best in the validation. left: whether any setting is healthy."""
    loss = np.array([[curve(rng, rng.uniform(0.1, 0.4), steps) for _ in range(seeds)]
                     for _ in range(settings)])  # fmt: skip
    auc = rng.uniform(0.65, 0.75, (2, settings, 1)) + rng.normal(size=(2, settings, seeds)) / 20
    order = rng.permutation(np.arange(1, settings))
    tempting, healthy = np.split(order, [2 if left else len(order)])
    for own in loss[0]:
        _spoil(rng, own, rises=False)
    for k, row in enumerate(tempting):
        _spoil(rng, loss[row, rng.integers(seeds)], rises=k % 2)
        auc[0, row] += 0.15
    if left:
        best = healthy[auc[0, healthy].mean(axis=1).argmax()]
        _delay(loss[best, 0])
        loss[best, 1, -1] = 0.9 * loss[best, 1, 0]
    auc[1, 0] -= 0.05  # mostly the failed run is worse, but not with every seed
    return loss, *auc.clip(0, 1).round(4)


def _delay(loss):
    """Lets a healthy curve fall late: its mean is high and its last fifth is not."""
    late = int(0.75 * len(loss))
    loss[1:late] = 0.95 * loss[0]


def _spoil(rng, loss, *, rises):
    """Lets one curve rise above twice its start, or rest near it."""
    if rises:
        loss[1:3] = loss[0] * rng.uniform(2.5, 30)
    else:
        loss[1:] = loss[0] * rng.uniform(0.7, 0.98, len(loss) - 1)
