"""Exercises of notebook 06, one-shot testing."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(6)


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _support_and_query(n_way, dim):
    """Rows of very different lengths, so that a dot product is misled."""
    return _rng.normal(size=(n_way, dim)) * _rng.uniform(0.1, 9, (n_way, 1)), _rng.normal(size=dim)


def _shots(n_way, k_shot, q, dim):
    return _unit(_rng.normal(size=(n_way, k_shot, dim))), _unit(_rng.normal(size=(q, dim)))


_ONE = tuple(_support_and_query(*sizes) for sizes in ((5, 3), (8, 4), (20, 6), (6, 2), (12, 5)))
_MANY = tuple(_shots(*sizes) for sizes in ((5, 3, 12, 4), (8, 2, 9, 6), (4, 5, 15, 3)))
_COUNTS = ((170, 200), (9, 36), (812, 1000), (5, 10))
_SUPPORTS = tuple((case[0],) for case in _MANY)


def _cosines(support, query):
    return _unit(support) @ _unit(query)


def _by_shot(support, queries):
    return np.einsum("nkd,qd->qnk", support, queries)


def _interval(right, n, times=1.96, root=np.sqrt, count=None):
    p = right / n
    half = times * root(p * (1 - p) / (n if count is None else count))
    return p - half, p + half


EXERCISES = {
    "06.1": Exercise(
        "one query", lambda s, q: int(_cosines(s, q).argmax()), _ONE,
        (
            Mistake(lambda s, q: int((s @ q).argmax()),
                    "a long support vector wins by its length; divide by the lengths."),
            Mistake(lambda s, q: int(_cosines(s, q).argmin()),
                    "this is the least similar row; a cosine is larger when closer."),
            Mistake(lambda s, q: int(np.linalg.norm(s - q, axis=1).argmin()),
                    "this compares distances between points; the cosine ignores lengths."),
            Mistake(lambda s, q: _cosines(s, q).max(),
                    "this is the highest cosine itself; its row is asked."),
            Mistake(_cosines, "these are all cosines; only the row of the highest is asked."),
        ),
    ),
    "06.2": Exercise(
        "k shots", lambda s, q: _by_shot(s, q).mean(-1).argmax(-1), _MANY,
        (
            Mistake(lambda s, q: _by_shot(s, q).max(-1).argmax(-1),
                    "this trusts the single best shot; take the mean over a class's shots."),
            Mistake(lambda s, q: _by_shot(s, q)[..., 0].argmax(-1),
                    "only the first shot counts here; use all of them."),
            Mistake(lambda s, q: _by_shot(s, q).reshape(len(q), -1).argmax(-1),
                    "this numbers single shots; a row of support is a class with k_shot of them."),
            Mistake(lambda s, q: _by_shot(s, q).mean(-1).argmax(0),
                    "this finds a query for each class; a class for each query is asked."),
            Mistake(lambda s, q: _by_shot(s, q).mean(-1).argmin(-1),
                    "this is the least similar class; a cosine is larger when closer."),
            Mistake(lambda s, q: _by_shot(s, q).mean(-1).max(-1),
                    "these are the mean cosines; the class that has the highest is asked."),
        ),
    ),
    "06.3": Exercise(
        "an interval", _interval, _COUNTS,
        (
            Mistake(lambda r, n: _interval(r, n, times=1),
                    "this is one standard error to each side; 95 % takes more of them."),
            Mistake(lambda r, n: _interval(r, n, root=lambda x: x), "the root is missing."),
            Mistake(lambda r, n: _interval(r, n, count=1),
                    "more answers make the interval narrower; where does n enter?"),
            Mistake(lambda r, n: tuple(100 * x for x in _interval(r, n)),
                    "these are percent; give shares between 0 and 1."),
            Mistake(lambda r, n: 1.96 * np.sqrt(r / n * (1 - r / n) / n),
                    "this is half the width; give both ends."),
        ),
    ),
    "06.4": Exercise(
        "prototypes", lambda s: _unit(s.mean(1)), _SUPPORTS,
        (
            Mistake(lambda s: s.mean(1), "the mean of unit vectors is shorter than 1; scale it."),
            Mistake(lambda s: _unit(s.mean(0)),
                    "this averages over the classes; each class keeps a vector of its own."),
            Mistake(lambda s: s.mean(1) / np.linalg.norm(s.mean(1)),
                    "you divided by the length of all classes together; each row has its own."),
            Mistake(lambda s: s[:, 0], "this is the first shot alone; use all shots of a class."),
            Mistake(lambda s: _unit(s).mean(1) * s.shape[1],
                    "this is the sum of the shots; its length is not 1 yet."),
        ),
    ),
}  # fmt: skip
