"""Lab 7, debug this run: who is accepted, who is not, and with which hint; and the runs themselves."""

import lab_help
import numpy as np
import pytest

from instructor.labs.lab7 import ex_7_3, ex_7_6, runs

CURVE = """
def read_curve(loss):
    broke = -1
    kept = []
    for step, value in enumerate(loss):
        if not np.isfinite(value):
            broke = step
            break
        kept.append(value)
    if len(kept) == 0:
        return 0, 0.0, 0.0
    n = max(1, len(kept) // 5)
    rise = max(kept) / kept[0]
    rest = sum(kept[-n:]) / n / kept[0]
    return broke, rise, rest
"""
EMBEDDINGS = """
def read_embeddings(embeddings, label):
    lengths = [np.sqrt((x * x).sum()) for x in embeddings]
    mean = embeddings.mean(axis=0)
    square = np.mean([n * n for n in lengths])
    spread = 1 - (mean * mean).sum() / square if square > 0 else 0.0
    off = max(abs(n - 1) for n in lengths)
    same, different = [], []
    for i in range(len(label)):
        for j in range(i):
            size = lengths[i] * lengths[j]
            cosine = round(float(embeddings[i] @ embeddings[j] / size), 5) if size > 0 else 0.0
            (same if label[i] == label[j] else different).append(cosine)
    won = sum((s > d) + (s == d) / 2 for s in same for d in different)
    return spread, off, won / (len(same) * len(different))
"""
NAME = """
def name_failure(run):
    broke, rise, rest = read_curve(run["loss"])
    spread, off, closer = read_embeddings(run["embeddings"], run["label"])
    if rise > RISE:
        return "learning rate too high"
    if broke >= 0:
        return "NaN"
    if off > OFF:
        return "wrong axis"
    if spread < SPREAD:
        return "collapse"
    if closer < CLOSER:
        return "flipped labels"
    if len(np.unique(run["batch"])) < len(run["batch"]):
        return "false negatives"
    if rest > REST:
        return "margin too large"
    if np.isin(run["test_rows"], run["train_rows"]).any():
        return "evaluation on training data"
    if set(run["group"][run["test_rows"]]) & set(run["group"][run["train_rows"]]):
        return "leaky split"
    if set(run["test_rows"]) & set(run["threshold_rows"]):
        return "threshold on test data"
    return "healthy"
"""
LOSS = """
def pair_loss(h, g, is_same, margin):
    def safe(x):
        return jnp.where(x > 0, x, 1)
    def unit(x):
        s = (x ** 2).sum(axis=-1, keepdims=True)
        return x / jnp.sqrt(safe(s))
    s = ((unit(h) - unit(g)) ** 2).sum(axis=-1)
    e = jnp.sqrt(safe(s)) * (s > 0)
    return jnp.mean(is_same * e ** 2 + (1 - is_same) * jnp.maximum(margin - e, 0) ** 2)
"""
DEAL = """
def deal(group, n_threshold, n_test, n_pairs, rng):
    names = rng.permutation(np.unique(group))
    def rows(which):
        return np.array([i for i in range(len(group)) if group[i] in which])
    test = rows(names[:n_test])
    threshold = rows(names[n_test:n_test + n_threshold])
    train = rows(names[n_test + n_threshold:])
    first, second = [], []
    for name in rng.choice(np.unique(group[train]), n_pairs, replace=False):
        own = rng.permutation(np.flatnonzero(group == name))
        first.append(own[0])
        second.append(own[1])
    return train, threshold, test, np.array(first), np.array(second)
"""
SHOW = """
def show_it(loss, validation, test):
    best, chosen = -1, -1
    for k in range(len(loss)):
        healthy = True
        for curve in loss[k]:
            n = max(1, len(curve) // 5)
            if curve.max() / curve[0] > RISE or curve[-n:].mean() / curve[0] > REST:
                healthy = False
        if healthy and validation[k].mean() > best:
            best, chosen = validation[k].mean(), k
    if chosen < 0:
        return -1, 0.0, 0.0
    d = test[chosen] - test[0]
    return chosen, d.mean(), d.mean() / np.std(d, ddof=1)
"""

TABLE = {
    "7.1": (
        [
            CURVE,
            """
def read_curve(loss):
    bad = np.flatnonzero(~np.isfinite(loss))
    broke = bad[0] if bad.size else -1
    kept = loss[:broke] if bad.size else loss
    if not kept.size:
        return np.zeros(3)
    share = kept / kept[0]
    return np.array([broke, share.max(), share[-max(1, share.size // 5):].mean()])
""",
            """
def read_curve(loss):
    import jax.numpy as jnp
    loss = jnp.asarray(loss)
    ok = jnp.cumprod(jnp.isfinite(loss)).astype(bool)
    n = int(ok.sum())
    if n == 0:
        return 0, 0, 0
    return (-1 if n == len(loss) else n), loss[:n].max() / loss[0], loss[n - max(1, n // 5):n].mean() / loss[0]
""",
        ],
        [
            ("not np.isfinite(value)", "np.isnan(value)", "not np.isnan"),
            ("not np.isfinite(value)", "np.isinf(value)", "equals np.nan"),
            ("            broke = step\n            break", "            broke = step if broke < 0 else broke\n            continue", "only at those before"),
            ("broke = -1", "broke = 0", "gives -1"),
            ("    if len(kept) == 0:", "    kept = list(loss[:broke])\n    if len(kept) == 0:", "leaves the last loss out"),
            ("broke = step", "broke = step + 1", "count from 1"),
            ("broke = step", "broke = step - 1", "last good step"),
            ("rise = max(kept) / kept[0]", "rise = kept[-1] / kept[0]", "highest loss"),
            ("rise = max(kept) / kept[0]", "rise = (max(kept) - kept[0]) / kept[0]", "nothing is subtracted"),
            ("rise = max(kept) / kept[0]", "rise = max(kept)", "the rise is a share"),
            ("n = max(1, len(kept) // 5)", "n = 1", "last loss alone"),
            ("n = max(1, len(kept) // 5)", "n = min(5, len(kept))", "last five losses"),
            ("n = max(1, len(kept) // 5)", "n = len(kept)", "whole curve"),
            ("n = max(1, len(kept) // 5)", "n = -(-len(kept) // 5)", "rounded down"),
            ("rest = sum(kept[-n:]) / n / kept[0]", "rest = min(kept[-n:]) / kept[0]", "not the lowest"),
            ("rest = sum(kept[-n:]) / n / kept[0]", "rest = sum(kept[-n:]) / kept[0]", "sum of the last fifth"),
            ("rest = sum(kept[-n:]) / n / kept[0]", "rest = np.median(kept[-n:]) / kept[0]", "median"),
            ("broke, rise, rest", "broke, rest, rise", "before the rest"),
            ("    if len(kept) == 0:\n        return 0, 0.0, 0.0\n", "", "not even the first loss"),
        ],
    ),
    "7.2": (
        [
            EMBEDDINGS,
            """
def read_embeddings(x, label):
    square = np.einsum("nd,nd->n", x, x)
    mean = x.sum(0) / len(x)
    spread = 1 - mean.dot(mean) / np.mean(square) if square.any() else 0.0
    unit = np.divide(x, np.sqrt(square)[:, None], out=np.zeros_like(x), where=square[:, None] > 0)
    cosine = np.round(unit @ unit.T, 5)
    is_pair = np.tri(len(x), k=-1, dtype=bool)
    alike = label[:, None] == label[None, :]
    same, other = cosine[is_pair & alike], cosine[is_pair & ~alike]
    closer = 0.5 + 0.5 * np.sign(np.subtract.outer(same, other)).mean()
    return np.array([spread, np.max(np.abs(np.sqrt(square) - 1)), closer])
""",
            """
def read_embeddings(embeddings, label):
    x = jnp.asarray(embeddings)
    length = jnp.linalg.norm(x, axis=-1)
    u = jnp.where(length[:, None] > 0, x / length[:, None], 0)
    c = jnp.round(u @ u.T, 5)
    i, j = jnp.triu_indices(len(x), 1)
    c, y = c[i, j], label[i] == label[j]
    d = c[y][:, None] - c[~y][None]
    top, below = (x.mean(0) ** 2).sum(), (length ** 2).mean()
    return jnp.where(below > 0, 1 - top / below, 0), jnp.abs(length - 1).max(), ((d > 0) + (d == 0) / 2).mean()
""",
        ],
        [
            ("1 - (mean * mean).sum() / square if", "1 - (mean * mean).sum() if", "the spread is a share"),
            ("1 - (mean * mean).sum() / square if", "(mean * mean).sum() / square if", "1 minus it"),
            ("1 - (mean * mean).sum() / square if", "embeddings.var(axis=0).sum() if", "the spread is a share"),
            ("1 - (mean * mean).sum() / square if square > 0 else 0.0", "1 - embeddings.mean() ** 2 / ((embeddings ** 2).mean() or 1)", "one for each column"),
            ("1 - (mean * mean).sum() / square if", "1 - np.sqrt((mean * mean).sum()) / square if", "is squared in the spread"),
            ("np.mean([n * n for n in lengths])", "np.mean(lengths) ** 2", "square each length first"),
            ("np.mean([n * n for n in lengths])", "np.sum([n * n for n in lengths])", "not their sum"),
            ("mean(axis=0)", "mean(axis=1)", "axis 0"),
            ("off = max(abs(n - 1) for n in lengths)", "off = np.mean([abs(n - 1) for n in lengths])", "not the mean"),
            ("off = max(abs(n - 1) for n in lengths)", "off = max(n - 1 for n in lengths)", "too short"),
            ("off = max(abs(n - 1) for n in lengths)", "off = max(abs(n * n - 1) for n in lengths)", "take the root"),
            ("off = max(abs(n - 1) for n in lengths)", "off = max(lengths)", "longest row"),
            ("embeddings[j] / size), 5)", "embeddings[j]), 5)", "dot products"),
            ("(s == d) / 2", "0 * (s == d)", "a tie counts half"),
            ("(s == d) / 2", "(s == d)", "not whole"),
            ("(s > d)", "(s < d)", "1 minus"),
            ("for j in range(i)", "for j in range(i + 1)", "leave out the diagonal"),
            ("return spread, off, won / (len(same) * len(different))", "return spread, off", "third number"),
            (" if size > 0 else 0.0", "", "rows of zeros"),
        ],
    ),
    "7.3": (
        [
            NAME,
            """
def name_failure(run):
    broke, rise, rest = read_curve(run["loss"])
    spread, off, closer = read_embeddings(run["embeddings"], run["label"])
    counts = np.unique(run["batch"], return_counts=True)[1]
    seen = np.intersect1d(run["train_rows"], run["test_rows"]).size
    leaked = np.intersect1d(run["group"][run["train_rows"]], run["group"][run["test_rows"]]).size
    chose = np.intersect1d(run["threshold_rows"], run["test_rows"]).size
    found = [(rise > RISE, "learning rate too high"), (broke != -1, "NaN"), (off > OFF, "wrong axis"),
             (spread < SPREAD, "collapse"), (closer < CLOSER, "flipped labels"),
             (counts.max() > 1, "false negatives"), (rest > REST, "margin too large"),
             (seen, "evaluation on training data"), (leaked, "leaky split"),
             (chose, "threshold on test data"), (True, "healthy")]
    return [name for holds, name in found if holds][0]
""",
        ],
        [
            ("    if rise > RISE:\n        return \"learning rate too high\"\n    if broke >= 0:\n        return \"NaN\"\n",
             "    if broke >= 0:\n        return \"NaN\"\n    if rise > RISE:\n        return \"learning rate too high\"\n", "thrown off by its rate"),
            ("broke >= 0", "broke", "takes -1 for true"),
            ("len(np.unique(run[\"batch\"])) < len(run[\"batch\"])", "len(np.unique(run[\"label\"])) < len(run[\"label\"])", "false negatives are in"),
            ("    if rise > RISE:\n        return \"learning rate too high\"\n", "", "thrown off by its rate"),
            ("rise > RISE", "rise > 1", "may rise a little"),
            ("if broke >= 0", "if False", "never called NaN"),
            ("off > OFF", "off > 0.6", "all that rounding may do"),
            ("if off > OFF", "if False", "lengths of the rows"),
            ("if spread < SPREAD", "if False", "no collapse"),
            ("if spread < SPREAD", "if spread < SPREAD and rest < 0.5", "also stand at the margin"),
            ("if closer < CLOSER", "if False", "never noticed"),
            ("if len(np.unique(run[\"batch\"])) < len(run[\"batch\"])", "if False", "no batch is ever looked at"),
            ("    if len(np.unique(run[\"batch\"])) <", "    if rest > REST:\n        return \"margin too large\"\n    if len(np.unique(run[\"batch\"])) <", "look at the batch before"),
            ("rest > REST", "rest > 0.85", "REST is the limit"),
            ("run[\"train_rows\"]).any()", "run[\"train_rows\"]).all()", "any, not all"),
            ("if set(run[\"group\"]", "if False and set(run[\"group\"]", "groups on both sides"),
            ("if set(run[\"test_rows\"]) &", "if False and set(run[\"test_rows\"]) &", "never compared"),
            ("return \"collapse\"", "return \"collapsed\"", "one of the names"),
            (None, "def name_failure(run):\n    return \"healthy\"", "same in every case"),
        ],
    ),
    "7.4": (
        [
            LOSS,
            """
def pair_loss(h, g, is_same, margin):
    import jax
    def one(a, b, y):
        def length(x):
            s = x @ x
            return jax.lax.cond(s > 0, lambda s: jnp.sqrt(s), lambda s: 0 * s, s)
        def unit(x):
            n = length(x)
            return x / jnp.where(n > 0, n, 1)
        e = length(unit(a) - unit(b))
        return jnp.where(y == 1, e * e, jax.nn.relu(margin - e) ** 2)
    return sum(one(a, b, y) for a, b, y in zip(jnp.asarray(h), jnp.asarray(g), is_same)) / len(h)
""",
        ],
        [
            ("(axis=-1, keepdims=True)", "()", "wrong axis is still there"),
            ("(axis=-1, keepdims=True)", "(axis=0, keepdims=True)", "columns at length 1"),
            ("jnp.maximum(margin - e, 0) ** 2", "jnp.max(margin - e, 0) ** 2", "cuts every entry"),
            ("return x / jnp.sqrt(safe(s))", "return x", "not brought to length 1"),
            ("x / jnp.sqrt(safe(s))", "x / safe(s)", "squared length"),
            ("is_same * e ** 2 + (1 - is_same)", "(1 - is_same) * e ** 2 + is_same", "labels are still turned"),
            (" + (1 - is_same) * jnp.maximum(margin - e, 0) ** 2", "", "nothing pushes"),
            ("is_same * e ** 2 + ", "", "nothing pulls"),
            ("jnp.maximum(margin - e, 0)", "(margin - e)", "beyond the margin"),
            ("0) ** 2", "0)", "push is squared"),
            ("is_same * e ** 2", "is_same * e", "pull is squared"),
            ("jnp.maximum(margin - e", "jnp.maximum(1 - e", "fixed at 1"),
            ("jnp.mean(", "jnp.sum(", "this is the sum"),
            ("jnp.mean(", "0.5 * jnp.mean(", "half"),
            ("e = jnp.sqrt(safe(s)) * (s > 0)", "e = s", "squared distance"),
            ("e = jnp.sqrt(safe(s)) * (s > 0)", "e = jnp.sqrt(s)", "under the root safe first"),
            ("e = jnp.sqrt(safe(s)) * (s > 0)", "e = jnp.where(s > 0, jnp.sqrt(s), 0)", "under the root safe first"),
            ("return x / jnp.sqrt(safe(s))", "return x / jnp.sqrt(s)", "zeros"),
            (None, "def pair_loss(h, g, is_same, margin):\n    h, g = h / jnp.linalg.norm(h), g / jnp.linalg.norm(g)\n    energy = jnp.sqrt(((h - g) ** 2).sum(axis=-1))\n    return ((1 - is_same) * energy**2).mean()", "one at a time"),
        ],
    ),
    "7.5": (
        [
            DEAL,
            """
def deal(group, n_threshold, n_test, n_pairs, rng):
    names = sorted(set(group.tolist()))
    rng.shuffle(names)
    side = {name: 2 if k < n_test else 1 if k < n_test + n_threshold else 0 for k, name in enumerate(names)}
    of = np.array([side[name] for name in group.tolist()])
    parts = [np.flatnonzero(of == k) for k in range(3)]
    pairs = []
    for name in names[n_test + n_threshold:][:n_pairs]:
        rows = np.flatnonzero(group == name)
        pairs.append(rng.choice(rows, 2, replace=False).tolist())
    first, second = zip(*pairs)
    return *parts, list(first), list(second)
""",
        ],
        [
            ("return train, threshold, test, np.array(first), np.array(second)", "return train, threshold, test", "five lists"),
            ("return train, threshold, test", "return group[train] + 100, threshold, test", "five lists"),
            ("n_pairs, replace=False", "n_pairs - 1, replace=False", "n_pairs rows"),
            ("train = rows(names[n_test + n_threshold:])", "train = np.arange(len(group))", "trained on"),
            ("threshold = rows(names[n_test:n_test + n_threshold])", "threshold = test", "chose the threshold"),
            ("test = rows(names[:n_test])", "test = rows(names[:n_test + 1])[1:]", "chose the threshold"),
            ("    first, second = [], []", "    test, train = np.r_[test[1:], train[:1]], np.r_[train[1:], test[:1]]\n    first, second = [], []", "the split leaks"),
            ("names[:n_test])", "names[:n_test])[:-1]", "in no part"),
            ("    first, second = [], []", "    train, threshold = np.r_[train, threshold[:-1]], threshold[-1:]\n    first, second = [], []", "the split leaks"),
            ("second.append(own[1])", "second.append(own[0])", "paired with itself"),
            ("second.append(own[1])", "second.append(train[0])", "of one group"),
            ("replace=False):", "replace=True):", "twice in the batch"),
            ("np.unique(group[train])", "np.unique(group[test])", "not for training"),
            ("names = rng.permutation(np.unique(group))", "names = np.unique(group)", "every deal is the same"),
            ("own = rng.permutation(np.flatnonzero(group == name))", "own = np.flatnonzero(group == name)", "the same pair"),
            ("    names = rng", "    rng = np.random.default_rng()\n    names = rng", "generator of your own"),
        ],
    ),
    "7.6": (
        [
            SHOW,
            """
def show_it(loss, validation, test):
    first, n = loss[:, :, 0], max(1, loss.shape[2] // 5)
    sick = (loss.max(axis=2) > RISE * first) | (loss[:, :, -n:].mean(axis=2) > REST * first)
    left = np.flatnonzero(~sick.any(axis=1))
    if not left.size:
        return np.array([-1, 0, 0])
    chosen = left[np.argmax(validation[left].sum(axis=1))]
    gain = test[chosen] - test[0]
    s = np.sqrt(((gain - gain.mean()) ** 2).sum() / (gain.size - 1))
    return chosen, gain.mean(), gain.mean() / s
""",
        ],
        [
            ("curve.max() / curve[0] > RISE or ", "", "rises above RISE"),
            (" or curve[-n:].mean() / curve[0] > REST", "", "rests above REST"),
            ("n = max(1, len(curve) // 5)", "n = 1", "not the last loss"),
            ("n = max(1, len(curve) // 5)", "n = len(curve)", "whole curve"),
            ("in loss[k]:", "in loss[k][:1]:", "only the first seed"),
            ("validation[k].mean()", "test[k].mean()", "chosen on test data"),
            ("validation[k].mean()", "validation[k].max()", "luckiest"),
            ("validation[k].mean()", "validation[k].min()", "worst one"),
            ("test[chosen] - test[0]", "test[0] - test[chosen]", "sign is swapped"),
            ("test[chosen] - test[0]", "test[chosen]", "mended run alone"),
            ("test[chosen] - test[0]", "validation[chosen] - validation[0]", "measured on validation"),
            ("np.std(d, ddof=1)", "np.std(d)", "n - 1"),
            ("np.std(d, ddof=1)", "np.var(d, ddof=1)", "variance"),
            ("np.std(d, ddof=1)", "(np.std(d, ddof=1) / np.sqrt(len(d)))", "that of their mean"),
            ("np.std(d, ddof=1)", "np.sqrt(test[chosen].var(ddof=1) + test[0].var(ddof=1))", "unrelated"),
            ("return -1, 0.0, 0.0", "return 0, 0.0, 0.0", "-1"),
            ("return chosen, d.mean(), d", "return d.mean(), d", "chosen setting first"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "source"), lab_help.rights(TABLE))
def test_a_right_answer_is_accepted(number, source):
    lab_help.accepted("lab7", number, source)


@pytest.mark.parametrize(("number", "source", "word"), lab_help.wrongs(TABLE))
def test_a_wrong_answer_is_rejected_with_its_hint(number, source, word):
    lab_help.rejected("lab7", number, source, word)


TWO_AT_ONCE = {
    "7.1": [("not np.isfinite(value)", "np.isnan(value)"), ("n = max(1, len(kept) // 5)", "n = 1"), "np.isnan", "last loss alone"],
    "7.2": [("np.mean([n * n for n in lengths])", "1"), ("max(abs(n - 1) for n in lengths)", "max(lengths)"), "is a share", "longest row"],
    "7.3": [("if off > OFF", "if False"), ("rest > REST", "rest > 0.85"), "lengths of the rows", "REST is the limit"],
    "7.4": [("(axis=-1, keepdims=True)", "()"), ("is_same * e ** 2 + (1 - is_same)", "(1 - is_same) * e ** 2 + is_same"), "wrong axis", "labels"],
    "7.6": [("validation[k].mean()", "test[k].mean()"), ("np.std(d, ddof=1)", "np.std(d)"), "chosen on test data", "n - 1"],
}  # fmt: skip


@pytest.mark.parametrize("number", TWO_AT_ONCE)
def test_two_mistakes_at_once_are_both_named(number):
    first, second, *words = TWO_AT_ONCE[number]
    source = lab_help.mutated(lab_help.mutated(TABLE[number][0][0], *first), *second)
    for word in words:
        lab_help.rejected("lab7", number, source, word)


def test_partial_credit_for_each_property():
    def earned(number, old, new):
        space = lab_help.with_code("lab7", lab_help.mutated(TABLE[number][0][0], old, new))
        return [got for got, _ in lab_help.points("lab7", number, space)]

    bare = "e = jnp.where(s > 0, jnp.sqrt(s), 0)"
    assert earned("7.4", "e = jnp.sqrt(safe(s)) * (s > 0)", bare) == [4, 4, 5, 0]
    assert earned("7.4", "(axis=-1, keepdims=True)", "()") == [4, 4, 0, 0]
    assert earned("7.3", "if off > OFF", "if False") == [6, 0, 6, 6]
    assert earned("7.5", "replace=False):", "replace=True):")[:2] == [4, 4]
    assert earned("7.6", "np.std(d, ddof=1)", "np.std(d)")[0] == 5


@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("name", runs.NAMES)
def test_each_run_that_is_made_has_the_failure_that_it_was_made_for(name, variant):
    for seed in range(40):
        run = runs.make_run(np.random.default_rng(seed), name, variant=variant)
        assert ex_7_3.name_failure(run) == name, seed


def test_of_every_sweep_the_failed_run_is_out_and_a_tempting_one_too():
    for seed in range(40):
        loss, validation, test = runs.sweep(np.random.default_rng(seed))
        chosen, gain, _ = ex_7_6.show_it(loss, validation, test)
        assert chosen > 0 and chosen != validation.mean(axis=1).argmax(), seed
        none_left = runs.sweep(np.random.default_rng(seed), left=False)
        assert ex_7_6.show_it(*none_left)[0] == -1
