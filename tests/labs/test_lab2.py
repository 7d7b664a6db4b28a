"""Lab 2, the modified triplet loss: who is accepted, who is not, and with which hint."""

import lab_help
import pytest

COSINE = """
def weighted_cosine(a, b, weight):
    total = aa = bb = 0.0
    for x, y, w in zip(a, b, weight):
        total += w * x * y
        aa += w * x * x
        bb += w * y * y
    if aa == 0 or bb == 0:
        return 0.0
    return total / (aa * bb) ** 0.5
"""
MATRIX = """
def similarity_loop(positive, anchor, weight):
    out = np.zeros((len(positive), len(anchor)))
    for j in range(len(positive)):
        for i in range(len(anchor)):
            out[j, i] = weighted_cosine(positive[j], anchor[i], weight)
    return out


def unit(x, weight):
    squared = jnp.sum(weight * x * x, axis=-1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared == 0, 1, squared))


def similarity_matrix(positive, anchor, weight):
    return jnp.einsum("d,jd,id->ji", weight, unit(positive, weight), unit(anchor, weight))
"""
# The loops ask no contents: `i != j` is a matter of places, and what counts is a product of 0 and 1.
MEAN = """
def mean_negative(similarity, is_real):
    b = len(is_real)
    means = []
    for i in range(b):
        total, count = 0.0, 0
        for j in range(b):
            use = (j != i) * jnp.float32(is_real[j]) * jnp.float32(is_real[i])
            total += use * similarity[j, i]
            count += use
        means.append(total / jnp.maximum(count, 1))
    return jnp.array(means)
"""
CLOSEST = """
def closest_negatives(similarity, is_real, k):
    b = len(is_real)
    found = []
    for i in range(b):
        s, rows = jnp.asarray(similarity)[:, i], jnp.arange(b)
        use = (rows != i) & jnp.asarray(is_real) & is_real[i] & (s <= s[i])
        ranked = jnp.sort(jnp.where(use, s, -9.0))[-k:]
        count = (ranked > -9).sum()
        mean = jnp.where(ranked > -9, ranked, 0.0).sum() / jnp.maximum(count, 1)
        found.append(jnp.where(count > 0, mean, -2.0))
    return jnp.array(found)
"""
LOSS = """
def batch_loss(similarity, is_real, k, margin, beta):
    first, second = mean_negative(similarity, is_real), closest_negatives(similarity, is_real, k)
    total = count = 0.0
    for i in range(len(is_real)):
        l1 = jnp.maximum(first[i] - similarity[i, i] + margin, 0)
        l2 = jnp.maximum(second[i] - similarity[i, i] + margin, 0)
        total += jnp.where(is_real[i], l1 + beta * l2, 0)
        count += jnp.where(is_real[i], 1, 0)
    return total / count
"""
# First attempts: loops that ask the contents of an array, which 2.3 to 2.5 forbid.
MEAN_BY_IF = """
def mean_negative(similarity, is_real):
    b = len(is_real)
    means = []
    for i in range(b):
        total, count = 0.0, 0
        for j in range(b):
            if j != i and is_real[j] and is_real[i]:
                total += similarity[j, i]
                count += 1
        means.append(total / count if count > 0 else 0.0)
    return np.array(means)
"""
CLOSEST_BY_IF = """
def closest_negatives(similarity, is_real, k):
    b = len(is_real)
    found = []
    for i in range(b):
        column = []
        for j in range(b):
            if j != i and is_real[j] and is_real[i] and similarity[j, i] <= similarity[i, i]:
                column.append(similarity[j, i])
        column = sorted(column)[-k:]
        found.append(sum(column) / len(column) if column else -2.0)
    return np.array(found)
"""
LOSS_BY_IF = """
def batch_loss(similarity, is_real, k, margin, beta):
    first, second = mean_negative(similarity, is_real), closest_negatives(similarity, is_real, k)
    losses = []
    for i in range(len(is_real)):
        if is_real[i]:
            l1 = max(first[i] - similarity[i, i] + margin, 0)
            l2 = max(second[i] - similarity[i, i] + margin, 0)
            losses.append(l1 + beta * l2)
    return sum(losses) / len(losses)
"""
GRADIENT = """
def loss_and_gradients(anchor, positive, is_real, k, margin, beta):
    def unit(x):
        squared = (x * x).sum(-1, keepdims=True)
        safe = jnp.where(squared > 0, squared, 1)
        return x / jnp.sqrt(safe)

    def loss(anchor, positive):
        s = unit(positive) @ unit(anchor).T
        return batch_loss(s, is_real, k, margin, beta)

    value, grads = jax.value_and_grad(loss, argnums=(0, 1))(anchor, positive)
    return value, grads[0], grads[1]
"""
ROWS = "similarity[j, i]"

TABLE = {
    "2.1": (
        [
            COSINE,
            """
def weighted_cosine(a, b, weight):
    a, b = jnp.sqrt(weight) * a, jnp.sqrt(weight) * b
    size = jnp.linalg.norm(a) * jnp.linalg.norm(b)
    return jnp.where(size > 0, a @ b / jnp.where(size > 0, size, 1), 0)
""",
            """
def weighted_cosine(a, b, weight):
    def dot(x, y):
        return np.einsum("d,d,d", weight, x, y)
    below = np.sqrt(dot(a, a) * dot(b, b))
    return np.divide(dot(a, b), below, out=np.zeros(()), where=below > 0)
""",
        ],
        [
            ("+= w *", "+= 1 *", "weights are missing"),
            ("w * x * x", "x * x", "each length"),
            ("w * x * y", "w * w * x * y", "squared"),
            ("** 0.5", "", "squared lengths"),
            ("(aa * bb) ** 0.5", "aa ** 0.5", "one length of the two"),
            (" / (aa * bb) ** 0.5", "", "dot product"),
            ("(aa * bb) ** 0.5", "(aa + bb) ** 0.5", "not added"),
            ("(aa * bb) ** 0.5", "aa ** 0.5 * bb ** 0.5", "put brackets"),
            ("return total", "return 1 - total", "distance"),
            ("return total", "return abs(total)", "sign is lost"),
            ("return 0.0", "return float('nan')", "no direction"),
            ("for x, y, w in zip(a, b, weight)", "for x, y, w in zip(a, b, weight**2)", "squared"),
            (None, "def weighted_cosine(a, b, weight):\n    return 0.726", "same in every case"),
        ],
    ),
    "2.2": (
        [
            MATRIX,
            MATRIX.replace("anchor[i], weight)", "anchor[i], weight) + 0")
            + """

def similarity_matrix(positive, anchor, weight):
    def cosine(p, a):
        def length(x):
            squared = jnp.sum(weight * x * x)
            return jnp.sqrt(jnp.where(squared > 0, squared, 1))
        return jnp.sum(weight * p * a) / (length(p) * length(a))
    by_anchor = jax.vmap(cosine, (None, 0))
    return jax.vmap(by_anchor, (0, None))(positive, anchor)
""",
            """
def similarity_loop(positive, anchor, weight):
    return [[float(weighted_cosine(p, a, weight)) for a in anchor] for p in positive]

def similarity_matrix(positive, anchor, weight):
    p, a = positive * jnp.sqrt(weight), anchor * jnp.sqrt(weight)
    pp, aa = (p * p).sum(-1), (a * a).sum(-1)
    below = jnp.sqrt(pp[:, None] * aa[None, :])
    return jnp.where(below > 0, p @ a.T / jnp.where(below > 0, below, 1), 0)
""",
        ],
        [
            ("->ji", "->ij", "other orientation"),
            ("out[j, i]", "out[i, j]", "other orientation"),
            ("axis=-1, keepdims=True", "", "whole batch"),
            ("axis=-1, keepdims=True", "axis=0", "differs"),
            ("unit(positive, weight), unit(anchor, weight)", "positive, anchor", "lengths are missing"),
            ('einsum("d,jd,id->ji", weight, ', 'einsum("jd,id->ji", ', "product does not"),
            ("return jnp.einsum", "return 1 - jnp.einsum", "distances"),
            ("unit(anchor, weight))", "unit(positive, weight))", "columns are anchors"),
            ("weighted_cosine(positive[j], anchor[i], weight)",
             "weighted_cosine(positive[j], anchor[i], np.ones_like(weight))", "weights are missing"),
            ("jnp.where(squared == 0, 1, squared)", "squared", "NaN"),
            ("return jnp.einsum(", "return np.array(", "raised"),
            ("id->ji", "jd->j", "all pairs"),
        ],
    ),
    "2.3": (
        [
            MEAN,
            """
def mean_negative(similarity, is_real):
    real = is_real.astype(float)
    weights = real[:, None] * real[None, :] * (1 - jnp.eye(len(real)))
    return (weights * similarity).sum(0) / jnp.clip(weights.sum(0), 1)
""",
            """
def mean_negative(similarity, is_real):
    is_real = jnp.asarray(is_real)
    def one(i, column):
        use = is_real & (jnp.arange(len(is_real)) != i) & is_real[i]
        return jnp.where(use, column, 0).sum() / jnp.maximum(use.sum(), 1)
    return jax.vmap(one)(jnp.arange(len(is_real)), jnp.asarray(similarity).T)
""",
        ],
        [
            (ROWS, "similarity[i, j]", "columns"),
            (" and is_real[j] and is_real[i]", "", "padding"),
            ("total / count", "total / (b - 1)", "full batch"),
            ("j != i and ", "", "diagonal"),
            ("total / count", "total", "divide"),
            ("total / count", "total / (count + 1)", "n - 1"),
            (" and is_real[i]", "", "columns of padding"),
            (" and is_real[j]", "", "rows of padding"),
            ("else 0.0", "else float('nan')", "NaN"),
            ("return np.array(means)", "return np.mean(np.array(means)[is_real])", "one mean a column"),
            ("return np.array(means)", "return np.array(means)[is_real]", "keep the columns"),
            (None, "def mean_negative(similarity, is_real):\n"
             "    return np.array([0.31, -0.2, 0.1, 0.05])", "same in every case"),
            ("", "", "`if`"),
        ],
        MEAN_BY_IF,
    ),
    "2.4": (
        [
            CLOSEST,
            """
def closest_negatives(similarity, is_real, k):
    b = len(is_real)
    use = jnp.outer(is_real, is_real) & (similarity <= jnp.diag(similarity)) & ~jnp.eye(b, dtype=bool)
    ranked = jnp.sort(jnp.where(use, similarity, -9.0), axis=0)[::-1][:k]
    count = jnp.minimum(use.sum(0), k)
    total = jnp.where(ranked > -9, ranked, 0).sum(0)
    return jnp.where(count > 0, total / jnp.maximum(count, 1), -2)
""",
            """
def closest_negatives(similarity, is_real, k):
    is_real = jnp.asarray(is_real)
    def one(i, column):
        use = is_real & is_real[i] & (jnp.arange(len(column)) != i) & (column <= column[i])
        ranked, _ = jax.lax.top_k(jnp.where(use, column, -jnp.inf), min(k, len(column)))
        found = jnp.isfinite(ranked)
        mean = jnp.where(found, ranked, 0).sum() / jnp.maximum(found.sum(), 1)
        return jnp.where(found.any(), mean, -2.0)
    return jax.vmap(one)(jnp.arange(len(is_real)), jnp.asarray(similarity).T)
""",
        ],
        [
            (" and similarity[j, i] <= similarity[i, i]", "", "hardest"),
            (ROWS, "similarity[i, j]", "columns"),
            ("[-k:]", "[-1:]", "k is not used"),
            (" and is_real[j] and is_real[i]", "", "padding"),
            ("j != i and ", "", "diagonal"),
            ("<= similarity[i, i]", "<= similarity[j, j]", "its anchor is its column"),
            ("[-k:]", "[:k]", "smallest"),
            ("[-k:]", "[-k:][:1]", "k-th"),
            ("-2.0", "0.0", "not 0"),
            ("-2.0", "float('nan')", "NaN"),
            (" / len(column)", " / k", "as many as there are"),
            (" / len(column)", "", "sum"),
            (None, "def closest_negatives(similarity, is_real, k):\n"
             "    return mean_negative(similarity, is_real)", "mean of all"),
            ("", "", "`if`"),
        ],
        CLOSEST_BY_IF,
    ),
    "2.5": (
        [
            LOSS,
            """
def batch_loss(similarity, is_real, k, margin, beta):
    gap = jnp.stack([mean_negative(similarity, is_real), closest_negatives(similarity, is_real, k)])
    hinges = jax.nn.relu(gap - jnp.diag(similarity) + margin)
    return (jnp.array([1.0, beta]) @ hinges)[is_real].mean()
""",
            """
def batch_loss(similarity, is_real, k, margin, beta):
    short = similarity[is_real][:, is_real]
    whole = np.ones(len(short), bool)
    def one(m, c, s):
        return jnp.clip(m - s + margin, 0) + beta * jnp.clip(c - s + margin, 0)
    return jax.vmap(one)(mean_negative(short, whole), closest_negatives(short, whole, k),
                         jnp.diag(short)).mean()
""",
        ],
        [
            ("l1 + beta * l2", "l1", "L1 alone"),
            ("l1 + beta * l2", "beta * l2", "L2 alone"),
            ("l1 + beta * l2", "l1 + l2", "beta"),
            ("l1 + beta * l2", "beta * l1 + l2", "not L1"),
            (" / len(losses)", "", "sum"),
            ("/ len(losses)", "/ len(is_real)", "number of real pairs"),
            ("if is_real[i]:", "if True:", "padding"),
            ("sum(losses) / len(losses)", "np.array(losses)", "an array of shape (4,); give a number"),
            (None, LOSS.replace("first[i] - similarity[i, i] + margin, 0", "(first - jnp.diag(similarity) + margin).max(), 0").replace("second[i] - similarity[i, i] + margin, 0", "(second - jnp.diag(similarity) + margin).max(), 0"), "jnp.maximum(x, 0) cuts"),
            (" + margin", "", "margin is missing"),
            ("+ margin", "+ 2 * margin", "twice"),
            ("first[i] - similarity[i, i]", "similarity[i, i] - first[i]", "formula"),
            ("[i] - similarity[i, i]", "[i] * -1 + similarity[i, i]", "sign is swapped"),
            (" + margin, 0)", " + margin, -9)", "hinge is missing"),
            ("losses.append(l1 + beta * l2)",
             "losses.append(max(first[i] + beta * second[i] - (1 + beta) * (similarity[i, i] - margin), 0))",
             "one hinge"),
            ("def batch_loss(similarity, is_real, k, margin, beta):",
             "def batch_loss(similarity, is_real, k, margin, beta):\n    similarity = similarity.T",
             "columns"),
            ("closest_negatives(similarity, is_real, k)",
             "np.array([max(similarity[j, i] for j in range(len(is_real)) if j != i and is_real[j])"
             " for i in range(len(is_real))])", "hardest negatives"),
            ("", "", "`if`"),
        ],
        LOSS_BY_IF,
    ),
    "2.6": (
        [
            GRADIENT,
            GRADIENT.replace("unit(positive) @ unit(anchor).T",
                             "similarity_matrix(positive, anchor, jnp.ones(anchor.shape[-1]))"),
            """
def loss_and_gradients(anchor, positive, is_real, k, margin, beta):
    def unit(x):
        return x / jnp.sqrt(jnp.sum(x * x) + jnp.where(x.any(), 0, 1))
    def loss(both):
        s = jax.vmap(lambda p: jax.vmap(lambda a: unit(p) @ unit(a))(both[0]))(both[1])
        return batch_loss(s, is_real, k, margin, beta)
    both = jnp.asarray(anchor), jnp.asarray(positive)
    return loss(both), *jax.grad(loss)(both)
""",
        ],
        [
            ("grads[0], grads[1]", "grads[1], grads[0]", "swapped"),
            ("grads[0], grads[1]", "-grads[0], -grads[1]", "sign is swapped"),
            ("grads[0], grads[1]", "grads[0], 0 * grads[1]", "positives get no gradient"),
            ("unit(positive) @", "unit(jax.lax.stop_gradient(positive)) @", "positives get no"),
            ("unit(anchor).T", "unit(jax.lax.stop_gradient(anchor)).T", "anchors get no"),
            ("unit(positive) @ unit(anchor).T", "positive @ anchor.T", "not normalised"),
            (".sum(-1, keepdims=True)", ".sum()", "whole batch"),
            ("unit(positive) @ unit(anchor).T", "unit(anchor) @ unit(positive).T", "orientation"),
            ("margin, beta)\n\n", "0.0, beta)\n\n", "margin is missing"),
            ("margin, beta)\n\n", "margin, 0.0)\n\n", "L2 is missing"),
            ("margin, beta)\n\n", "margin, 1.0)\n\n", "beta is missing"),
            ("batch_loss(s, is_real", "batch_loss(s, np.ones_like(is_real)", "padding"),
            ("return batch_loss(", "return is_real.sum() * batch_loss(", "sum"),
            ("jnp.where(squared > 0, squared, 1)", "squared", "NaN"),
            ("jnp.sqrt", "np.sqrt", "jnp in place of np"),
            (None, GRADIENT.replace("unit(positive) @ unit(anchor).T", "positive @ anchor.T").replace("(0, 1))(anchor, positive)", "(0, 1))(unit(anchor), unit(positive))"), "inside the function"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "source"), lab_help.rights(TABLE))
def test_a_right_answer_is_accepted(number, source):
    lab_help.accepted("lab2", number, source)


@pytest.mark.parametrize(("number", "source", "word"), lab_help.wrongs(TABLE))
def test_a_wrong_answer_is_rejected_with_its_hint(number, source, word):
    lab_help.rejected("lab2", number, source, word)
