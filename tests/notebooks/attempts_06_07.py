"""What beginners write in the exercises of 06 and 07, and a piece of the hint that they get."""

import numpy as np


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def cs(s, q):
    return unit(s) @ unit(q)


def loop(points):
    """A function that adds up the points of the cosines of each trial."""

    def answer(queries, supports):
        each = [points(s @ q) for q, s in zip(queries, supports, strict=True)]
        return sum(each) / len(queries)

    return answer


def ten(said):
    """For each of ten bins which probabilities are in it."""
    group = np.minimum((said * 10).astype(int), 9)
    return [group == k for k in range(10)]


def cal(said, y, bins=10, w=lambda o: o.mean(), f=abs, g=None):
    group = np.minimum((said * bins).astype(int), bins - 1) if g is None else g(said)
    error = 0
    for k in np.unique(group):
        own = group == k
        error += w(own) * f(said[own].mean() - y[own].mean())
    return error


ATTEMPTS = {
    "one_shot.1": [
        (lambda s, q: (s @ q).argmax(), "a long support vector wins by its"),
        (lambda s, q: cs(s, q).argmin(), "this is the least similar row"),
        (lambda s, q: cs(s, q).max(), "this is the highest cosine itself"),
        (lambda s, q: cs(s, q), "these are all cosines"),
        (lambda s, q: cs(s, q).argsort(), "this is the whole order"),
        (lambda s, q: cs(s, q).argsort()[0], "this is the least similar row"),
        (lambda s, q: np.linalg.norm(s - q, axis=1).argmin(), "this compares distances between points"),
        (lambda s, q: (s @ q / np.linalg.norm(s)).argmax(), "a long support vector wins by its"),
        (lambda s, q: (s @ q / (s ** 2).sum(1)).argmax(), "divide by the length"),
        (lambda s, q: cs(s, q).argmax() + 1, "rows are counted from 0"),
        (lambda s, q: (s * q).argmax(), "the products are not added up yet"),
        (lambda s, q: (unit(s) * unit(q)).argmax(), "the products are not added up yet"),
        (lambda s, q: abs(cs(s, q)).argmax(), "a strongly negative cosine is far"),
        (lambda s, q: (1 - cs(s, q)).argmax(), "this is the least similar row"),
        (lambda s, q: np.linalg.norm(s - q, axis=1).argmax(), "this is the farthest point"),
        (lambda s, q: ((unit(s) - unit(q)) ** 2).sum(1).argmax(), "this is the least similar row"),
        (lambda s, q: cs(s, q) == cs(s, q).max(), "this marks the row"),
    ],
    "one_shot.2": [
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).max(2).argmax(1), "this trusts the single best shot"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).sum(2).argmax(1) + 1, "classes are counted from 0"),
        (lambda s, q: np.einsum("nkd,qd->nqk", s, q).mean(2).argmax(1), "this finds a query for each class"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).mean(1).argmax(1), "this averages over the classes"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).mean(2), "these are the mean cosines of all"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).mean(2).max(1), "these are the mean cosines"),
        (lambda s, q: (q @ s[:, 0].T).argmax(1), "only the first shot counts here"),
        (lambda s, q: (q @ unit(s.mean(1)).T).argmax(1), "this compares with the class's prototype"),
        (lambda s, q: (q @ s.mean(0).T).argmax(1), "this averages over the classes"),
        (lambda s, q: (q @ s.reshape(-1, s.shape[-1]).T).argmax(1), "this numbers single shots"),
        (lambda s, q: (q @ s.reshape(-1, s.shape[-1]).T).argmax(1) // s.shape[1], "this trusts the single best shot"),
        (lambda s, q: (q @ s.reshape(-1, s.shape[-1]).T).argmax(1) % s.shape[0], "shots of one class lie side by"),
        (lambda s, q: (s.mean(1) @ q.T).argmax(1), "this finds a query for each class"),
        (lambda s, q: s @ q.T, "these are the cosines"),
        (lambda s, q: np.linalg.norm(q[:, None] - s.mean(1)[None], axis=-1).argmin(1), "this is the nearest mean by distance"),
        (lambda s, q: np.median(np.einsum("nkd,qd->qnk", s, q), axis=2).argmax(1), "this is the median of the shots"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).mean(2).argmin(1), "this is the least similar class"),
        (lambda s, q: np.array([np.bincount(np.einsum("nkd,d->nk", s, x).argmax(0), minlength=len(s)).argmax() for x in q]), "this lets each shot vote"),
        (lambda s, q: np.einsum("nkd,qd->qnk", s, q).min(2).argmax(1), "this trusts the worst shot"),
        (lambda s, q: (q @ s[:, -1].T).argmax(1), "only the last shot counts here"),
    ],
    "one_shot.3": [
        (lambda r, n: (r / n - np.sqrt(r / n * (1 - r / n) / n), r / n + np.sqrt(r / n * (1 - r / n) / n)), "this is one standard error to each"),
        (lambda r, n: 1.96 * np.sqrt(r / n * (1 - r / n) / n), "this is half the width"),
        (lambda r, n: (r / n - 2 * np.sqrt(r / n * (1 - r / n) / n), r / n + 2 * np.sqrt(r / n * (1 - r / n) / n)), "the factor is 1.96"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n * (1 - r / n)), r / n + 1.96 * np.sqrt(r / n * (1 - r / n))), "more answers make the interval narrower"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n * (1 - r / n)) / n, r / n + 1.96 * np.sqrt(r / n * (1 - r / n)) / n), "n stands under the root"),
        (lambda r, n: (r / n - 1.96 * r / n * (1 - r / n) / n, r / n + 1.96 * r / n * (1 - r / n) / n), "the root is missing"),
        (lambda r, n: (r / n + 1.96 * np.sqrt(r / n * (1 - r / n) / n), r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / n)), "low comes first"),
        (lambda r, n: (r / n, 1.96 * np.sqrt(r / n * (1 - r / n) / n)), "these are the middle and half the"),
        (lambda r, n: r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / n), "this is the lower end alone"),
        (lambda r, n: (1.96 * np.sqrt(r / n * (1 - r / n) / n) - r / n, 1.96 * np.sqrt(r / n * (1 - r / n) / n) + r / n), "low is p minus the half width"),
        (lambda r, n: (100 * (r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / n)), 100 * (r / n + 1.96 * np.sqrt(r / n * (1 - r / n) / n))), "these are percent"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n * (1 + r / n) / n), r / n + 1.96 * np.sqrt(r / n * (1 + r / n) / n)), "under the root stands 1 - p"),
        (lambda r, n: (r / n - 1.96 / np.sqrt(n), r / n + 1.96 / np.sqrt(n)), "under the root p (1 - p)"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n / n), r / n + 1.96 * np.sqrt(r / n / n)), "under the root 1 - p is"),
        (lambda r, n: (r / n - 1.645 * np.sqrt(r / n * (1 - r / n) / n), r / n + 1.645 * np.sqrt(r / n * (1 - r / n) / n)), "1.645 is for 90 %"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / (n - 1)), r / n + 1.96 * np.sqrt(r / n * (1 - r / n) / (n - 1))), "below the line stands n"),
        (lambda r, n: (n / r - 1.96 * np.sqrt(n / r * (1 - n / r) / n), n / r + 1.96 * np.sqrt(n / r * (1 - n / r) / n)), "the share is upside down"),
        (lambda r, n: (r / n - 0.95 * np.sqrt(r / n * (1 - r / n) / n), r / n + 0.95 * np.sqrt(r / n * (1 - r / n) / n)), "0.95 is how sure"),
        (lambda r, n: (r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / n) / 2, r / n + 1.96 * np.sqrt(r / n * (1 - r / n) / n) / 2), "the interval goes 1.96 standard errors to"),
        (lambda r, n: [r / n - 1.96 * np.sqrt(r / n * (1 - r / n) / n), r / n, r / n + 1.96 * np.sqrt(r / n * (1 - r / n) / n)], "p itself is not asked"),
    ],
    "one_shot.4": [
        (loop(lambda c: np.argmax(c) == 0), "this still scores as before"),
        (loop(lambda c: c[0] == c.max()), "of equal entries argmax names the first"),
        (loop(lambda c: c[0] > c[1:].max()), "now every tie is lost"),
        (loop(lambda c: c[0] >= c[1:].max()), "of equal entries argmax names the first"),
        (loop(lambda c: (c[0] == c.max()) / (c == c.max()).sum()), "one trial with NaN spoils the whole"),
        (loop(lambda c: 0 if np.isnan(c).any() else np.argmax(c) == 0), "of equal entries argmax names the first"),
        (loop(lambda c: 0 if np.isnan(c).any() else c[0] > max(c[1:])), "now every tie is lost"),
        (loop(lambda c: 0 if np.isnan(c).any() else (c[0] == c.max()) / len(c)), "where nothing ties the right class gets"),
        (loop(lambda c: 0 if np.isnan(c).all() else (c[0] == np.nanmax(c)) / (c == np.nanmax(c)).sum()), "a trial with a NaN anywhere proves"),
        (loop(lambda c: 0 if np.isnan(c[0]) else (c[0] == c.max()) / (c == c.max()).sum()), "a trial with a NaN in it"),
        (loop(lambda c: np.nanargmax(c) == 0), "this still scores as before"),
        (loop(lambda c: 0 if np.isnan(c).any() else (c[0] == c.max()) * 0.5 if (c == c.max()).sum() > 1 else c[0] == c.max()), "one half is right for a tie"),
        (loop(lambda c: 0 if np.isnan(c).any() else 1 / (c == c.max()).sum()), "a share only where the right class"),
        (loop(lambda c: (np.nan_to_num(c)[0] == np.nan_to_num(c).max()) / (np.nan_to_num(c) == np.nan_to_num(c).max()).sum()), "NaN replaced by a number takes part"),
        (loop(lambda c: np.argmax(np.roll(c, 1)) == 1), "this still scores as before"),
        (loop(lambda c: 0 if np.isnan(c).any() or (c == c.max()).sum() > 1 else np.argmax(c) == 0), "now every tie is lost"),
        (lambda queries, supports: np.mean(np.einsum("tnd,td->tn", supports, queries).argmax(1) == 0), "this still scores as before"),
        (lambda queries, supports: np.mean([(s @ q)[0] == (s @ q).max() for q, s in zip(queries, supports, strict=True)]), "of equal entries argmax names the first"),
        (loop(lambda c: 0 if np.isnan(c).any() else (c[0] >= c).mean()), "this is the share of classes at"),
        (loop(lambda c: 0 if np.isnan(c).any() else np.argsort(-c)[0] == 0), "of equal entries argmax names the first"),
        (loop(lambda c: 0 if np.isnan(c).any() else (np.exp(c) / np.exp(c).sum())[0]), "a softmax gives every class something"),
    ],
    "limits.1": [
        (lambda s: s.mean(1), "the mean of unit vectors is shorter"),
        (lambda s: unit(s.mean(0)), "this averages over the classes"),
        (lambda s: s.sum(1), "this is the sum of the shots"),
        (lambda s: s.mean(1) / np.linalg.norm(s.mean(1)), "you divided by the length of all"),
        (lambda s: s.mean(1) / np.linalg.norm(s.mean(1), axis=0), "the lengths run down the classes"),
        (lambda s: s[:, 0], "this is the first shot alone"),
        (lambda s: unit(np.median(s, axis=1)), "this is the median of the shots"),
        (lambda s: s.mean(1) / (s.mean(1) ** 2).sum(-1, keepdims=True), "divide by the length"),
        (lambda s: unit(s.max(1)), "this takes the largest of each number"),
        (lambda s: s.mean(1) / s.shape[1], "the mean is divided by the shots"),
        (lambda s: s.mean(1) * np.linalg.norm(s.mean(1), axis=-1, keepdims=True), "divide by the length"),
        (lambda s: unit(s).mean(1) / abs(s.mean(1)).sum(-1, keepdims=True), "this makes the sizes add up to"),
        (lambda s: unit(s[:, -1]), "this is the last shot alone"),
        (lambda s: s.mean(1) / s.mean(1).max(), "divide by the length of each row"),
        (lambda s: s / np.linalg.norm(s, axis=-1, keepdims=True), "these are the shots"),
    ],
    "limits.2": [
        (lambda s, y: cal(s, y, w=lambda o: 1), "this is the sum of the gaps"),
        (lambda s, y: cal(s, y, w=lambda o: 0.1), "every bin counts the same here"),
        (lambda s, y: cal(s, y, w=lambda o: o.sum()), "you weighed by the number of pairs"),
        (lambda s, y: cal(s, y, f=lambda x: x), "gaps of either sign cancel here"),
        (lambda s, y: cal(s, y, f=lambda x: x ** 2), "the gaps are squared"),
        (lambda s, y: np.sqrt(cal(s, y, f=lambda x: x ** 2)), "this is the root of the mean"),
        (lambda s, y: cal(s, y, bins=5), "these are five bins"),
        (lambda s, y: cal(s, y, bins=20), "these are twenty bins"),
        (lambda s, y: cal(s, y, bins=100), "these are a hundred bins"),
        (lambda s, y: np.mean(abs(s - y)), "this is the mean error of single"),
        (lambda s, y: np.mean((s - y) ** 2), "this is the Brier score"),
        (lambda s, y: abs(s.mean() - y.mean()), "gaps of either sign cancel here"),
        (lambda s, y: max(abs(s[o].mean() - y[o].mean()) for o in ten(s) if o.any()), "this is the largest gap"),
        (lambda s, y: np.mean([abs(s[o].mean() - y[o].mean()) for o in ten(s) if o.any()]), "every bin counts the same here"),
        (lambda s, y: cal(s, y, g=lambda s: (s * 10).astype(int)), "a probability of 1 got a bin"),
        (lambda s, y: cal(s, y, g=lambda s: np.round(s * 10).astype(int)), "rounding to the nearest makes eleven bins"),
        (lambda s, y: cal(s, y, g=lambda s: np.ceil(s * 10).astype(int)), "a probability of 0 got a bin"),
        (lambda s, y: cal(s, y, g=lambda s: np.argsort(np.argsort(s)) * 10 // len(s)), "these bins hold equally many pairs"),
        (lambda s, y: sum(o.mean() * abs((k + 0.5) / 10 - y[o].mean()) for k, o in enumerate(ten(s)) if o.any()), "this takes the middle of a bin"),
        (lambda s, y: sum(o.mean() * abs(s[o].mean() - y[o].mean()) for o in ten(s)), "a bin with no pair in it"),
        (lambda s, y: 1 - np.mean((s > 0.5) == y), "this is the share of errors"),
        (lambda s, y: np.mean((s > 0.5) == y), "this is the accuracy"),
        (lambda s, y: cal(s, y) * len(s), "you weighed by the number of pairs"),
        (lambda s, y: 1 - cal(s, y), "this is 1 minus what is asked"),
        (lambda s, y: np.array([abs(s[o].mean() - y[o].mean()) for o in ten(s) if o.any()]), "these are the gaps"),
        (lambda s, y: sum(abs(s[o].sum() - y[o].sum()) for o in ten(s) if o.any()), "you weighed by the number of pairs"),
        (lambda s, y: sum(o.mean() * abs(s[o] - y[o]).mean() for o in ten(s) if o.any()), "this is the mean error of single"),
        (lambda s, y: -np.mean(y * np.log(s) + (1 - y) * np.log(1 - s)), "your answer is the same in every"),
        (lambda s, y: cal(s, (s > 0.5) == y), "this compares with the share that is"),
        (lambda s, y: sum(o.mean() * abs(s[o].mean() - y[o].mean()) for k in range(10) for o in [(s > k / 10) & (s < (k + 1) / 10)] if o.any()), "probabilities of 0 and 1 fall out"),
        (lambda s, y: sum(o.mean() * abs(s[o].mean() - y[o].mean()) for k in range(10) for o in [(s >= k / 10) & (s < (k + 1) / 10)] if o.any()), "a probability of 1 falls out of"),
    ],
    "limits.3": [
        ({"surest": 1.0, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.28, "scale": 8.57, "classes": 403}, "classes"),
        ({"surest": 0.28, "scale": 3.66, "classes": 404}, "scale"),
        ({"surest": 0.28, "scale": 6.43, "classes": 404}, "scale"),
        ({"surest": 0.28, "scale": 5.14, "classes": 404}, "scale"),
        ({"surest": 28, "scale": 8.57, "classes": 404}, "give shares from 0 to 1"),
        ({"surest": 0.1252, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.88, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.27, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.05, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.28, "scale": 4.907, "classes": 404}, "scale"),
        ({"surest": 0.28, "scale": 10, "classes": 404}, "scale"),
        ({"surest": 0.28, "scale": 3.72, "classes": 404}, "scale"),
        ({"surest": 0.28, "scale": 8.57, "classes": 20}, "classes"),
        ({"surest": 0.28, "scale": 8.57, "classes": 45}, "classes"),
        ({"surest": 0.28, "scale": 8.57, "classes": 2}, "classes"),
        ({"surest": 0.28, "scale": 8.57, "classes": 2981}, "classes"),
        ({"surest": 0.28, "scale": 8.57, "classes": 404.4}, "classes"),
        ({"surest": 0.28, "scale": 8.6, "classes": 404}, "do not round"),
        ({"surest": 0.3, "scale": 8.57, "classes": 404}, "do not round"),
        ({"surest": 7.389, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.72, "scale": 8.57, "classes": 404}, "this is 1 minus what is asked"),
        ({"surest": 0.28, "scale": -8.57, "classes": 404}, "the sign is turned round"),
        ({"surest": 0.28, "scale": 8.57, "classes": np.inf}, "classes"),
        ({"surest": 1.273, "scale": 8.57, "classes": 404}, "surest"),
        ({"surest": 0.28, "scale": 9, "classes": 404}, "do not round"),
        ({"surest": 0.28, "scale": 8.57, "classes": 401}, "classes"),
    ],
}  # fmt: skip
