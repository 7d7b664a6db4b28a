"""Lab 4, one-shot classification: who is accepted, who is not, and with which hint."""

import lab_help
import pytest

EPISODE = """
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    classes = rng.choice(np.unique(label), n_way, replace=False)
    drawers = rng.permutation(np.unique(drawer))[:k_shot + n_query]
    rows = []
    for c in classes:
        row = []
        for d in drawers:
            row.append(int(np.flatnonzero((label == c) & (drawer == d))[0]))
        rows.append(row)
    table = np.array(rows)
    return table[:, :k_shot], table[:, k_shot:]
"""
PROTOTYPES = """
def weighted_prototypes(support, weight):
    result = []
    for examples, w in zip(support, weight):
        if w.sum() == 0:
            w = np.ones(len(w))
        total = np.zeros(support.shape[-1])
        for x, v in zip(examples, w):
            total += v * x / np.sqrt((x * x).sum())
        result.append(total / np.sqrt((total * total).sum()))
    return np.array(result)
"""
CLASSIFY = """
def classify(prototypes, query, lead):
    answers = []
    for q in query:
        cosines = []
        for p in prototypes:
            cosines.append(q @ p / (np.linalg.norm(q) * np.linalg.norm(p)))
        best = int(np.argmax(cosines))
        first, second = sorted(cosines)[-1], sorted(cosines)[-2]
        answers.append(best if first - second > lead else -1)
    return np.array(answers)
"""
WILSON = """
def wilson(right, n, z):
    p = right / n
    scale = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / scale
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / scale
    return centre - half, centre + half
"""
COMPARE = """
def compare(first, second):
    d = second - first
    n = len(d)
    mean = sum(d) / n
    s = np.sqrt(sum((x - mean) ** 2 for x in d) / (n - 1))
    half = 1.96 * s / np.sqrt(n)
    return mean, mean - half, mean + half
"""

TABLE = {
    "4.1": (
        [
            EPISODE,
            """
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    names, row = np.unique(label, return_inverse=True)
    who, column = np.unique(drawer, return_inverse=True)
    table = np.empty((len(names), len(who)), int)
    table[row, column] = np.arange(len(label))
    table = rng.permutation(rng.permutation(table, axis=0), axis=1)
    return np.split(table[:n_way, :k_shot + n_query], [k_shot], axis=1)
""",
            """
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    import jax, jax.numpy as jnp
    classes = rng.choice(sorted(set(label.tolist())), n_way, replace=False)
    drawers = rng.choice(sorted(set(drawer.tolist())), k_shot + n_query, replace=False)
    def place(c, d):
        return jnp.argmax((label == c) & (drawer == d))
    table = jax.vmap(jax.vmap(place, (None, 0)), (0, None))(classes, drawers)
    return table[:, :k_shot], table[:, k_shot:]
""",
        ],
        [
            ("table[:, :k_shot], table[:, k_shot:]", "table[:, :k_shot].T, table[:, k_shot:].T", "one row a class"),
            ("table[:, :k_shot], table[:, k_shot:]", "table[:, :n_query], table[:, n_query:]", "one row a class"),
            ("table[:, :k_shot], table[:, k_shot:]", "label[table[:, :k_shot]] + 500, table[:, k_shot:]", "places in label"),
            ("replace=False", "replace=True", "drawn twice"),
            ("    classes", "    rng = np.random.default_rng(0)\n    classes", "every episode is the same"),
            ("    classes", "    rng = np.random.default_rng()\n    classes", "generator of your own"),
            ("table[:, k_shot:]", "table[:, :n_query]", "in the support and in the query"),
            ("        row = []", "        drawers = rng.permutation(drawers)\n        row = []", "of its own"),
            ("classes = rng.choice(np.unique(label), n_way, replace=False)", "classes = np.unique(label)[:n_way]", "never come"),
            ("rng.permutation(np.unique(drawer))", "np.unique(drawer)", "shuffle them"),
            (None, """
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    table = rng.permutation(len(label))[:n_way * (k_shot + n_query)].reshape(n_way, -1)
    return table[:, :k_shot], table[:, k_shot:]
""", "each row belongs to one class"),
            (None, """
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    classes = rng.choice(np.unique(label), n_way, replace=False)
    images = [rng.permutation(np.flatnonzero(label == c))[:k_shot + n_query] for c in classes]
    return np.array(images)[:, :k_shot], np.array(images)[:, k_shot:]
""", "of its own"),
        ],
    ),
    "4.2": (
        [
            PROTOTYPES,
            """
def weighted_prototypes(support, weight):
    unit = support / np.sqrt(np.einsum("ckd,ckd->ck", support, support))[..., None]
    weight = np.where(weight.any(1, keepdims=True), weight, 1)
    mean = np.einsum("ck,ckd->cd", weight / weight.sum(1, keepdims=True), unit)
    return mean / np.linalg.norm(mean, axis=1)[:, None]
""",
            """
def weighted_prototypes(support, weight):
    import jax, jax.numpy as jnp
    def one(x, w):
        w = jnp.where(w.sum() > 0, w, jnp.ones_like(w))
        m = w @ (x / jnp.linalg.norm(x, axis=1, keepdims=True))
        return m / jnp.linalg.norm(m)
    return jax.vmap(one)(support, weight)
""",
        ],
        [
            (" / np.sqrt((x * x).sum())", "", "before the mean"),
            ("v * x", "x", "weights are not used"),
            ("v * x", "v * v * x", "squared"),
            ("(total / np.sqrt((total * total).sum()))", "(total / w.sum())", "scale the mean"),
            ("(total / np.sqrt((total * total).sum()))", "(total)", "this is the sum"),
            ("w = np.ones(len(w))", "pass", "NaN"),
            ("w = np.ones(len(w))", "result.append(total * 0 if False else np.zeros(support.shape[-1])); continue", "equal weights, not"),
            ("zip(support, weight)", "zip(support.swapaxes(0, 1), weight.T)", "shape"),
            ("        total = np", "        w = (w == w.max()) * (w > 0)\n        total = np", "heaviest"),
            ("        total = np", "        w = np.eye(len(w))[0]\n        total = np", "first example"),
            ("return np.array(result)", "return np.array(result) / np.linalg.norm(np.array(result))", "mind the axis"),
            (None, "def weighted_prototypes(support, weight):\n    return np.eye(3, 4)", "same in every case"),
        ],
    ),
    "4.3": (
        [
            CLASSIFY,
            """
def classify(prototypes, query, lead):
    p = prototypes / np.linalg.norm(prototypes, axis=1, keepdims=True)
    cosines = query @ p.T / np.linalg.norm(query, axis=1)[:, None]
    order = np.argsort(-cosines, axis=1)
    top = np.take_along_axis(cosines, order[:, :2], axis=1)
    answer = order[:, 0].copy()
    answer[~(top[:, 0] > top[:, 1] + lead)] = -1
    return answer
""",
            """
def classify(prototypes, query, lead):
    import jax, jax.numpy as jnp
    unit = lambda x: x / jnp.sqrt((x * x).sum())
    def one(q):
        values, rows = jax.lax.top_k(jax.vmap(lambda p: unit(p) @ unit(q))(prototypes), 2)
        return jnp.where(values[0] - values[1] > lead, rows[0], -1)
    return jax.vmap(one)(query)
""",
        ],
        [
            (" / (np.linalg.norm(q) * np.linalg.norm(p))", "", "dot products"),
            ("(np.linalg.norm(q) * np.linalg.norm(p))", "np.linalg.norm(q)", "prototypes are not scaled"),
            ("(np.linalg.norm(q) * np.linalg.norm(p))", "np.linalg.norm(p)", "queries are not scaled"),
            ("(np.linalg.norm(q) * np.linalg.norm(p))", "(np.linalg.norm(query) * np.linalg.norm(prototypes))", "mind the axis"),
            ("cosines.append(q", "cosines.append(-q", "farthest"),
            (" if first - second > lead else -1", "", "unknown"),
            ("first - second > lead", "first - second >= lead", "> and not >="),
            ("first - second > lead", "first > lead", "distance to the second"),
            ("sorted(cosines)[-2]", "sorted(cosines)[0]", "worst class"),
            ("first - second > lead", "first - np.mean(cosines) > lead", "not with the mean"),
            ("first - second > lead", "first - second < lead", "other way round"),
            ("return np.array(answers)", "return np.array(answers) + 1", "counted from 0"),
            ("q @ p / (np.linalg.norm(q) * np.linalg.norm(p))", "-np.linalg.norm(q - p)", "Euclidean"),
        ],
    ),
    "4.4": (
        [
            WILSON,
            """
def wilson(right, n, z):
    a, b, c = n + z * z, -(2 * right + z * z), right * right / n
    root = np.sqrt(max(b * b - 4 * a * c, 0))
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
""",
            """
def wilson(right, n, z):
    import jax, jax.numpy as jnp
    wrong = n - right
    root = z * jnp.sqrt(right * wrong / n + z * z / 4)
    return jax.vmap(lambda sign: (right + z * z / 2 + sign * root) / (n + z * z))(jnp.array([-1.0, 1.0]))
""",
        ],
        [
            (None, "def wilson(right, n, z):\n    p = right / n\n    h = z * np.sqrt(p * (1 - p) / n)\n    return p - h, p + h", "normal interval"),
            ("centre = (p + z**2 / (2 * n)) / scale", "centre = p", "centre is not the share"),
            (" + z**2 / (4 * n**2)", "", "second term"),
            ("half = z *", "half =", "z is missing"),
            ("(4 * n**2)) / scale", "(4 * n**2))", "half width is divided"),
            ("(2 * n)) / scale", "(2 * n))", "centre is divided"),
            ("    p = right", "    z = z**2\n    p = right", "mixed up"),
            ("    p = right", "    z = 1.96\n    p = right", "fixed at 1.96"),
            ("centre - half, centre + half", "100 * (centre - half), 100 * (centre + half)", "per cent"),
            ("centre - half, centre + half", "centre + half, centre - half", "low first"),
            ("centre - half, centre + half", "centre - 2 * half, centre + 2 * half", "doubled"),
            ("4 * n**2", "4 * n", "4 n^2"),
            (None, "def wilson(right, n, z):\n    return 0.53, 0.89", "same in every case"),
        ],
    ),
    "4.5": (
        [
            COMPARE,
            """
def compare(first, second):
    n = first.size
    mean = np.mean(second) - np.mean(first)
    half = 1.96 * np.sqrt(np.cov(second - first) / n)
    return mean + half * np.array([0, -1, 1])
""",
            """
def compare(first, second):
    import jax.numpy as jnp
    d = jnp.asarray(second) - jnp.asarray(first)
    error = jnp.sqrt(((d - d.mean()) ** 2).sum() / (d.size * (d.size - 1)))
    return d.mean(), d.mean() - 1.96 * error, d.mean() + 1.96 * error
""",
        ],
        [
            ("half = 1.96 * s / np.sqrt(n)", "half = 1.96 * np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / n)", "unrelated"),
            ("half = 1.96 * s / np.sqrt(n)", "half = 1.96 * (first.std(ddof=1) + second.std(ddof=1)) / np.sqrt(n)", "do not add up"),
            ("/ (n - 1)", "/ n", "n - 1"),
            (" / np.sqrt(n)", "", "root of n"),
            (" / np.sqrt(n)", " / n", "not by n"),
            ("1.96 * s", "s", "1.96 is missing"),
            ("1.96 * s", "2 * 1.96 * s", "doubled"),
            ("second - first", "first - second", "sign is swapped"),
            ("np.sqrt(sum((x", "(sum((x", "variance"),
            ("return mean, mean - half, mean + half", "return np.clip([mean, mean - half, mean + half], 0, 1)", "cut nothing"),
            ("return mean, mean - half", "return mean - half", "shape"),
            ("d = second - first", "d = second", "second alone"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "source"), lab_help.rights(TABLE))
def test_a_right_answer_is_accepted(number, source):
    lab_help.accepted("lab4", number, source)


@pytest.mark.parametrize(("number", "source", "word"), lab_help.wrongs(TABLE))
def test_a_wrong_answer_is_rejected_with_its_hint(number, source, word):
    lab_help.rejected("lab4", number, source, word)
