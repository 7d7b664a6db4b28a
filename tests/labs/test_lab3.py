"""Lab 3, evaluating a Siamese model: who is accepted, who is not, and with which hint."""

import lab_help
import pytest

TABLE_AT = """
def table_at(similarity, is_same, weight, threshold):
    table = np.zeros((2, 2))
    for s, y, w in zip(similarity, is_same, weight):
        row = 0 if s > threshold else 1
        column = 0 if y == 1 else 1
        table[row, column] += w
    return table
"""
SCORES = """
def scores(table):
    tp, fp, fn, tn = np.ravel(table)
    n = tp + fp + fn + tn
    accuracy = (tp + tn) / n
    precision = tp / (tp + fp) if tp + fp > 0 else 0.0
    recall = tp / (tp + fn) if tp + fn > 0 else 0.0
    majority = max(tp + fn, fp + tn) / n
    return np.array([accuracy, precision, recall, majority])
"""
COST_AT = """
def cost_at(similarity, is_same, thresholds, cost_merge, cost_miss):
    costs = []
    for t in thresholds:
        total = 0.0
        for s, y in zip(similarity, is_same):
            if s > t and y == 0:
                total += cost_merge
            if s <= t and y == 1:
                total += cost_miss
        costs.append(total / len(similarity))
    return np.array(costs)
"""
CHOOSE = """
def choose_threshold(similarity, is_same, cost_merge, cost_miss):
    best, best_cost = None, np.inf
    for t in sorted({*similarity.tolist(), -1.0}):
        cost = 0.0
        for s, y in zip(similarity.tolist(), is_same):
            if s > t and y == 0:
                cost += cost_merge
            if s <= t and y == 1:
                cost += cost_miss
        if cost <= best_cost + 1e-9:
            best, best_cost = t, cost
    return best
"""
HONEST = """
def honest_cost(validation, test, cost_merge, cost_miss):
    threshold = choose_threshold(validation[0], validation[1], cost_merge, cost_miss)
    cost = cost_at(test[0], test[1], np.array([threshold]), cost_merge, cost_miss)[0]
    return threshold, cost
"""
ROC = """
def roc(similarity, is_same, weight):
    of_different = weight[is_same == 0].sum()
    of_same = weight[is_same == 1].sum()
    points = [(0.0, 0.0)]
    for t in sorted(set(similarity.tolist()), reverse=True):
        said = similarity >= t
        points.append((weight[said & (is_same == 0)].sum() / of_different,
                       weight[said & (is_same == 1)].sum() / of_same))
    area = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        area += (x1 - x0) * (y0 + y1) / 2
    return np.array(points), area
"""

TABLE = {
    "3.1": (
        [
            TABLE_AT,
            """
def table_at(similarity, is_same, weight, threshold):
    said = (similarity > threshold).astype(float)
    truth = is_same.astype(float)
    return np.stack([said, 1 - said]) * weight @ np.stack([truth, 1 - truth]).T
""",
            """
def table_at(similarity, is_same, weight, threshold):
    import jax, jax.numpy as jnp
    def one(s, y, w):
        return w * jnp.outer(jax.nn.one_hot(jnp.where(s > threshold, 0, 1), 2), jax.nn.one_hot(1 - y, 2))
    return jax.vmap(one)(similarity, is_same, weight).sum(0)
""",
        ],
        [
            ("table[row, column]", "table[column, row]", "rows and columns are swapped"),
            ("0 if s > threshold else 1", "1 if s > threshold else 0", "as a distance"),
            ("return table", "return table[::-1, ::-1]", "same comes first"),
            (None, "def table_at(similarity, is_same, weight, threshold):\n    said, y = (similarity > threshold) * 1, is_same\n    cells = [said * y, said * (1 - y), (1 - said) * y, (1 - said) * (1 - y)]\n    return np.array([weight[cell].sum() for cell in cells]).reshape(2, 2)", "are places"),
            ("return table", "return table[::-1, ::-1].T", "layout of siamese_lib"),
            ("s > threshold", "s >= threshold", "> and not >="),
            ("+= w", "+= 1", "weight"),
            ("return table", "return table / table.sum()", "shares"),
            ("return table", "return table / len(weight)", "number of pairs"),
            ("s > threshold", "s > 0.7", "fixed at 0.7"),
            ("y == 1", "y == 0", "labels are turned round"),
            ("return table", "return table.ravel()", "[2, 2]"),
            ("return table", "return np.diag(np.diag(table))", "errors are missing"),
            (None, "def table_at(similarity, is_same, weight, threshold):\n    return np.array([[7.0, 3], [2, 9]])", "same in every case"),
        ],
    ),
    "3.2": (
        [
            SCORES,
            """
def scores(table):
    table = np.asarray(table, float)
    said, truth = table.sum(1), table.sum(0)
    parts = np.array([np.trace(table), table[0, 0], table[0, 0], truth.max()])
    wholes = np.array([table.sum(), said[0], truth[0], table.sum()])
    return np.divide(parts, wholes, out=np.zeros(4), where=wholes > 0)
""",
            """
def scores(table):
    import jax.numpy as jnp
    table = jnp.asarray(table)
    def share(a, b):
        return jnp.where(b > 0, a / jnp.where(b > 0, b, 1), 0)
    n = table.sum()
    return [share(table.trace(), n), share(table[0, 0], table[0].sum()),
            share(table[0, 0], table[:, 0].sum()), share(table.sum(0).max(), n)]
""",
        ],
        [
            ("(tp + tn) / n\n", "tp / (tp + fp) if tp + fp > 0 else 0.0\n", "precision is sold as accuracy"),
            ("[accuracy, precision, recall", "[accuracy, recall, precision", "precision and recall are swapped"),
            ("tp, fp, fn, tn =", "tp, fn, fp, tn =", "rows and columns are swapped"),
            ("tp, fp, fn, tn =", "tn, fn, fp, tp =", "same comes first"),
            ("max(tp + fn, fp + tn)", "max(tp + fp, fn + tn)", "that of the truth"),
            ("max(tp + fn, fp + tn)", "(fp + tn)", "may also be the same"),
            ("(tp + tn) / n", "max(tp + fn, fp + tn) / n", "majority's"),
            ("(tp + tn) / n", "(fp + fn) / n", "error"),
            ("(tp + tn) / n", "tp / n", "called different"),
            ("else 0.0", "else float('nan')", "NaN"),
            ("return np.array(", "return 100 * np.array(", "per cent"),
            ("recall = tp / (tp + fn) if tp + fn", "recall = tn / (tn + fp) if tn + fp", "recall is among"),
            (None, "def scores(table):\n    return np.array([0.7, 0.75, 0.6, 0.5])", "same in every case"),
        ],
    ),
    "3.3": (
        [
            COST_AT,
            """
def cost_at(similarity, is_same, thresholds, cost_merge, cost_miss):
    said = similarity[:, None] > thresholds
    price = np.where(said, cost_merge, cost_miss) * (said != (is_same == 1)[:, None])
    return price.mean(0)
""",
            """
def cost_at(similarity, is_same, thresholds, cost_merge, cost_miss):
    import jax, jax.numpy as jnp
    def one(t):
        return jnp.where(similarity > t, cost_merge * (1 - is_same), cost_miss * is_same).mean()
    return jax.vmap(one)(jnp.asarray(thresholds))
""",
        ],
        [
            ("total += cost_merge", "total += cost_miss", "differs"),
            ("thresholds, cost_merge, cost_miss)", "thresholds, cost_miss, cost_merge)", "costs are swapped"),
            ("s > t and y == 0", "s >= t and y == 0", "no merge"),
            ("s <= t and y == 1", "s < t and y == 1", "is missed"),
            (None, COST_AT.replace("s > t", "s >= t").replace("s <= t", "s < t"), "> and not >="),
            (" / len(similarity)", "", "sum"),
            (None, COST_AT.replace("+= cost_merge", "+= 1").replace("+= cost_miss", "+= 1"), "share of errors"),
            ("total += cost_miss", "pass", "missed duplicates"),
            ("total += cost_merge", "pass", "wrong merges"),
            (None, COST_AT.replace("y == 0", "y == 2").replace("y == 1", "y == 0").replace("y == 2", "y == 1"), "turned round"),
            ("return np.array(costs)", "return min(costs)", "one cost a threshold"),
            ("return np.array(costs)", "return np.array(costs[:1])", "first threshold"),
            ("return np.array(costs)", "return -np.array(costs)", "positive"),
        ],
    ),
    "3.4": (
        [
            CHOOSE,
            """
def choose_threshold(similarity, is_same, cost_merge, cost_miss):
    candidates = np.append(similarity, -1)
    costs = np.array([cost_at(similarity, is_same, np.array([t]), cost_merge, cost_miss)[0] for t in candidates])
    return candidates[np.isclose(costs, costs.min())].max()
""",
            """
def choose_threshold(similarity, is_same, cost_merge, cost_miss):
    import jax, jax.numpy as jnp
    t = jnp.sort(jnp.append(similarity, -1.0))[::-1]
    cost = jax.vmap(lambda u: jnp.where(similarity > u, cost_merge * (1 - is_same), cost_miss * is_same).sum())(t)
    return t[jnp.argmax(cost < cost.min() + 1e-5)]
""",
        ],
        [
            ("cost <= best_cost + 1e-9", "cost < best_cost - 1e-9", "largest"),
            ("sorted({*similarity.tolist(), -1.0})", "[-1.0, *(np.unique(similarity)[1:] + np.unique(similarity)[:-1]) / 2]", "middles"),
            ("{*similarity.tolist(), -1.0}", "{*similarity.tolist()}", "-1 is a candidate"),
            (None, CHOOSE.replace("+= cost_merge", "+= 1").replace("+= cost_miss", "+= 1"), "costs are not used"),
            ("is_same, cost_merge, cost_miss)", "is_same, cost_miss, cost_merge)", "costs are swapped"),
            (None, CHOOSE.replace("s > t", "s >= t").replace("s <= t", "s < t"), "> and not >="),
            ("return best", "return best_cost / len(similarity)", "smallest cost"),
            (None, "def choose_threshold(similarity, is_same, *costs):\n    return np.argmin(cost_at(similarity, is_same, np.append(similarity, -1), *costs))", "place in the list"),
            (None, "def choose_threshold(similarity, is_same, cost_merge, cost_miss):\n    return 0.7", "somebody else"),
            (None, "def choose_threshold(similarity, is_same, cost_merge, cost_miss):\n    return np.median(similarity)", "median"),
            ("best, best_cost = None, np.inf", "best, best_cost = None, np.inf\n    is_same = 1 - is_same", "turned round"),
            ("cost <= best_cost + 1e-9:", "best is None or cost > best_cost:", "most expensive"),
        ],
    ),
    "3.5": (
        [
            HONEST,
            """
def honest_cost(validation, test, cost_merge, cost_miss):
    grid = np.append(validation[0], -1.0)
    costs = cost_at(*validation, grid, cost_merge, cost_miss)
    threshold = grid[costs < costs.min() + 1e-9].max()
    said, truth = test[0] > threshold, test[1] == 1
    return [threshold, np.mean(cost_merge * (said & ~truth) + cost_miss * (truth & ~said))]
""",
            """
def honest_cost(validation, test, cost_merge, cost_miss):
    t = float(choose_threshold(*validation, cost_merge, cost_miss))
    total = sum(cost_merge * (s > t and not y) + cost_miss * (s <= t and y) for s, y in zip(*test))
    return np.array([t, total / len(test[0])])
""",
        ],
        [
            ("choose_threshold(validation[0], validation[1]", "choose_threshold(test[0], test[1]", "chosen on the test pairs"),
            ("cost_at(test[0], test[1]", "cost_at(validation[0], validation[1]", "cost on the validation pairs"),
            ("choose_threshold(validation[0], validation[1]", "choose_threshold(*map(np.concatenate, zip(validation, test))", "took part"),
            ("threshold = ", "validation = test = [np.concatenate(p) for p in zip(validation, test)]\n    threshold = ", "mixed"),
            ("(validation, test,", "(test, validation,", "swapped"),
            ("threshold = choose_threshold(validation[0], validation[1], cost_merge, cost_miss)", "threshold = 0.7", "somebody else"),
            ("test, cost_merge, cost_miss):", "test, cost_miss, cost_merge):", "costs are swapped"),
            ("validation[1], cost_merge, cost_miss)", "validation[1], 1, 1)", "choice does not use the costs"),
            ("np.array([threshold]), cost_merge, cost_miss)", "np.array([threshold]), 1, 1)", "share of errors"),
            ("return threshold, cost", "return cost, threshold", "threshold first"),
            ("return threshold, cost", "return threshold, cost * len(test[0])", "mean cost"),
            ("return threshold, cost", "return cost", "shape"),
        ],
    ),
    "3.6": (
        [
            ROC,
            """
def roc(similarity, is_same, weight):
    order = np.argsort(-similarity, kind="stable")
    s, y, w = similarity[order], is_same[order], weight[order]
    last = np.append(s[1:] != s[:-1], True)
    x = np.cumsum(w * (1 - y))[last]
    t = np.cumsum(w * y)[last]
    points = np.vstack([[0, 0], np.stack([x / x[-1], t / t[-1]], 1)])
    return points, np.trapezoid(points[:, 1], points[:, 0])
""",
            """
def roc(similarity, is_same, weight):
    import jax, jax.numpy as jnp
    levels = jnp.asarray(np.append(np.unique(similarity)[::-1], -9.0))
    def at(t):
        said = (similarity > t) * weight
        return jnp.stack([(said * (1 - is_same)).sum() / (weight * (1 - is_same)).sum(),
                          (said * is_same).sum() / (weight * is_same).sum()])
    points = jax.vmap(at)(levels)
    d = weight[:, None] * weight * ((is_same == 1)[:, None] & (is_same == 0))
    gap = similarity[:, None] - similarity
    return points, (d * ((gap > 0) + 0.5 * (gap == 0))).sum() / d.sum()
""",
        ],
        [
            ("points = [(0.0, 0.0)]", "points = []", "(0, 0)"),
            ("return np.array(points), area", "return np.array(points[:-1]), area", "shape (5, 2)"),
            ("sorted(set(similarity.tolist()), reverse=True)", "sorted(set(similarity.tolist()), reverse=True)[:-1]", "(1, 1)"),
            ("area += (x1 - x0) * (y0 + y1) / 2", "area += (x1 - x0) * y0", "triangles"),
            ("    of_different", "    weight = np.ones_like(weight)\n    of_different", "weight"),
            ("    of_different", "    is_same = 1 - is_same\n    of_different", "swapped"),
            ("    of_different", "    similarity = -similarity\n    of_different", "distance"),
            ("return np.array(points), area", "return np.array(points), 1 - area", "1 minus the area"),
            ("return np.array(points), area", "return np.array(points)[::-1], -area", "fall"),
            (None, ROC.replace("    area = 0.0", "    points = points[::-1]\n    area = 0.0"), "fall"),
            (None, ROC.replace(" / of_different", "").replace(" / of_same", ""), "counts"),
            (None, ROC.replace("/ of_different", "/ weight.sum()").replace("/ of_same", "/ weight.sum()"), "its own class"),
            (None, """
def roc(similarity, is_same, weight):
    order = np.argsort(-similarity, kind="stable")
    y, w = is_same[order], weight[order]
    x = np.append(0, np.cumsum(w * (1 - y)) / (w * (1 - y)).sum())
    t = np.append(0, np.cumsum(w * y) / (w * y).sum())
    return np.stack([x, t], 1), np.trapezoid(t, x)
""", "move together"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "source"), lab_help.rights(TABLE))
def test_a_right_answer_is_accepted(number, source):
    lab_help.accepted("lab3", number, source)


@pytest.mark.parametrize(("number", "source", "word"), lab_help.wrongs(TABLE))
def test_a_wrong_answer_is_rejected_with_its_hint(number, source, word):
    lab_help.rejected("lab3", number, source, word)
