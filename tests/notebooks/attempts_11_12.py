"""What beginners write in the exercises of 11 and 12, and a piece of the hint that they get."""

import numpy as np

L = np.linalg.norm


def c(lengths):
    return bool(np.allclose(lengths, 1, atol=1e-3))


def R(x):
    return c(L(x, axis=1))


def B(x):
    return c(L(x))


def C(x):
    return c(L(x, axis=0))


def first(x, order):
    """The first of these that has length 1."""
    fits = {"rows": R(x), "batch": B(x), "columns": C(x)}
    return next((name for name in order.split() if fits[name]), "none")


def cnt(own):
    return (np.asarray(own)[:, None] == own).sum(1)


def fit(rows, available):
    return max(k for k in range(1, available + 1) if rows % k == 0)


def neg(row, batch, d):
    size = batch // d
    return np.array([j for j in range(row // size * size, row // size * size + size) if j != row])


ATTEMPTS = {
    "debugging.1": [
        (lambda x: (x.mean(0) ** 2).sum() / (x ** 2).sum(1).mean(), "this is 1 where all rows are equal; turn it"),
        (lambda x: 1 - np.linalg.norm(x.mean(0)) / np.linalg.norm(x, axis=1).mean(), "these are lengths; square both"),
        (lambda x: 1 - x.mean() ** 2 / (x ** 2).mean(), "below the line the squares of a row are"),
        (lambda x: 1 - x.mean(0) ** 2 / (x ** 2).mean(0), "this is one number for each column; add up"),
        (lambda x: 1 - (x.mean(1) ** 2).sum() / (x ** 2).sum(1).mean(), "the mean row is taken down the columns"),
        (lambda x: 1 - (x.mean(0) ** 2).sum(), "divide by the mean squared length of the"),
        (lambda x: 1 - (x.mean(0) ** 2).sum() / (x ** 2).sum(), "below the line stands the mean over the"),
        (lambda x: 1 - (x.mean(0) ** 2).mean() / (x ** 2).sum(1).mean(), "a squared length is the sum of the squares"),
        (lambda x: 1 - (x.mean(0) ** 2).sum() / (x ** 2).mean(), "below the line the squares of a row are"),
        (lambda x: 1 - np.linalg.norm(x.mean(0)) / (np.linalg.norm(x, axis=1) ** 2).mean(), "square the length of the mean row too"),
        (lambda x: 1 - np.linalg.norm(x.mean(0)) ** 2 / np.linalg.norm(x, axis=1).mean() ** 2, "square the length of each row first, then"),
        (lambda x: 1 - np.linalg.norm(x.mean(0)) ** 2 / np.linalg.norm(x) ** 2, "below the line stands the mean over the"),
        (lambda x: x.std(), "a standard deviation doubles with the data"),
        (lambda x: x.std(0).mean(), "a standard deviation doubles with the data"),
        (lambda x: x.var(0).sum(), "this grows with the data; divide by the"),
        (lambda x: x.var(0).sum() / (x ** 2).sum(), "two rows, (1, 0) and (0, 1): the mean row"),
        (lambda x: 1 - (x.sum(0) ** 2).sum() / (x ** 2).sum(1).mean(), "this is the sum of the rows; their mean is"),
        (lambda x: 1 - ((x / np.linalg.norm(x, axis=1, keepdims=True)).mean(0) ** 2).sum(), "take the rows as they are, not at length 1"),
        (lambda x: 1 - abs(x.mean(0)).sum() / abs(x).sum(1).mean(), "two rows, (1, 0) and (0, 1): the mean row"),
        (lambda x: 1 - x.mean(0).sum() ** 2 / (x ** 2).sum(1).mean(), "square each entry of the mean row first"),
        (lambda x: np.sqrt(1 - (x.mean(0) ** 2).sum() / (x ** 2).sum(1).mean()), "there is a root too many"),
        (lambda x: (x ** 2).sum(1).mean() - (x.mean(0) ** 2).sum(), "this grows with the data; divide by the"),
    ],
    "debugging.2": [
        (lambda x: "rows" if C(x) else "batch" if B(x) else "columns" if R(x) else "none", "axis=1 adds up along a row, axis=0 down a"),
        (lambda x: first(x, "batch rows columns"), "a single row of length 1 is a batch of"),
        (lambda x: first(x, "rows columns batch"), "a single column of length 1 is a batch too"),
        (lambda x: first(x, "columns batch rows"), "print the lengths of the rows, of the whole"),
        (lambda x: first(x, "columns rows batch"), "where rows and columns have length 1 the"),
        (lambda x: first(x, "batch columns rows"), "print the lengths of the rows, of the whole"),
        (lambda x: "rows", "your answer is the same in every case"),
        (lambda x: "none", "your answer is the same in every case"),
        (lambda x: "rows" if R(x) else "none", "the whole or the columns may have length 1"),
        (lambda x: "rows" if R(x) else "columns", "there are four answers; batch and none are"),
        (lambda x: "rows" if R(x) else "batch" if B(x) else "columns", "columns are to be measured too; if nothing"),
        (lambda x: "rows" if R(x) else "columns" if C(x) else "none", "the whole array has a length too"),
        (lambda x: "rows" if (L(x, axis=1) == 1).all() else "batch" if L(x) == 1 else "columns" if (L(x, axis=0) == 1).all() else "none", "floats are seldom exactly 1; lengths may be"),
        (lambda x: "rows" if np.isclose(L(x, axis=1), 1, atol=0.001).any() else "batch" if B(x) else "columns" if np.isclose(L(x, axis=0), 1, atol=0.001).any() else "none", "all lengths must be 1, not one of them"),
        (lambda x: "rows" if np.isclose(L(x, axis=1), 1).all() else "batch" if np.isclose(L(x), 1) else "columns" if np.isclose(L(x, axis=0), 1).all() else "none", "this is too strict; allow 0.001, with"),
        (lambda x: "row" if R(x) else "batch" if B(x) else "column" if C(x) else "none", "give the word as it stands in the text"),
        (lambda x: "rows" if np.allclose(L(x, axis=1), 1, atol=0.1) else "batch" if np.isclose(L(x), 1, atol=0.1) else "columns" if np.allclose(L(x, axis=0), 1, atol=0.1) else "none", "this is too lenient; allow 0.001, with"),
        (lambda x: "rows" if np.allclose(L(x, axis=1).mean(), 1, atol=0.001) else "batch" if B(x) else "columns" if np.isclose(L(x, axis=0).mean(), 1, atol=0.001) else "none", "lengths of 0.5 and 1.5 are 1 on average"),
        (lambda x: "rows" if R(x) else "batch" if B(x) else "columns" if C(x) else "", "print the lengths of the rows, of the whole"),
    ],
    "debugging.3": [
        (lambda g, a, b: len(set(a) & set(b)) / len(b), "these are rows on both sides; compare their"),
        (lambda g, a, b: len(set(g[a]) & set(g[b])) / len(set(g[b])), "this counts letters; count test rows"),
        (lambda g, a, b: len(set(g[a]) & set(g[b])) / len(b), "this counts each letter once; count test"),
        (lambda g, a, b: len(set(g[a]) & set(g[b])), "this counts letters; a share of the test"),
        (lambda g, a, b: np.isin(g[a], g[b]).mean(), "this is the share of the training rows"),
        (lambda g, a, b: np.isin(g[b], g[a]).sum(), "this is a count; make it a share"),
        (lambda g, a, b: 1 - np.isin(g[b], g[a]).mean(), "this is the clean share; the leaked one is"),
        (lambda g, a, b: np.isin(b, a).mean(), "these are rows on both sides; compare their"),
        (lambda g, a, b: np.isin(g[b], a).mean(), "letters are compared with row numbers: take"),
        (lambda g, a, b: np.isin(b, g[a]).mean(), "row numbers are compared with letters: take"),
        (lambda g, a, b: np.isin(g[b], g[a]), "one answer for each test row; their share"),
        (lambda g, a, b: np.isin(g[b], g[a]).any(), "this says whether there is a leak; how"),
        (lambda g, a, b: np.isin(g[b], g[a]).sum() / len(a), "divide by the test rows, not by the"),
        (lambda g, a, b: np.isin(g[b], g[a]).sum() / len(g), "divide by the test rows, not by all rows"),
        (lambda g, a, b: len(set(g[a]) & set(g[b])) / len(set(g[a])), "this is a share of the training letters"),
        (lambda g, a, b: len(set(g[a]) & set(g[b])) / len(set(g[a]) | set(g[b])), "take one test row: what is its letter, and"),
        (lambda g, a, b: (g[b][:, None] == g[a]).mean(), "this is the share of pairs of rows; count"),
        (lambda g, a, b: (g[b][:, None] == g[a]).sum(1).mean(), "take one test row: what is its letter, and"),
        (lambda g, a, b: np.isin(g, g[a]).mean(), "take one test row: what is its letter, and"),
    ],
    "debugging.4": [
        (lambda o: np.log(len(o)), "this is the loss of a collapsed network"),
        (lambda o: np.log(len(set(o))), "this counts letters; count the pairs of the"),
        (lambda o: np.log(cnt(o)), "return the mean over the batch"),
        (lambda o: np.log(cnt(o)).sum(), "return the mean over the batch, not the sum"),
        (lambda o: np.log(cnt(o).mean()), "take the logarithm of each row first, then"),
        (lambda o: -np.log(cnt(o)).mean(), "the sign is turned; a loss is positive"),
        (lambda o: np.log(cnt(o) - 1).mean(), "the positive itself is a candidate too"),
        (lambda o: np.log(np.maximum(cnt(o) - 1, 1)).mean(), "the positive itself is a candidate too"),
        (lambda o: cnt(o).mean(), "these are the numbers of candidates; their"),
        (lambda o: np.log2(cnt(o)).mean(), "use the natural logarithm"),
        (lambda o: np.log(cnt(o).max()), "this is the loss of the most crowded"),
        (lambda o: np.log(cnt(o).sum()), "one anchor whose letter has two pairs: two"),
        (lambda o: np.log(len(o) / len(set(o))), "some letters have more pairs than others"),
        (lambda o: np.log(cnt(o) / len(o)).mean(), "upside down: a perfect network errs only"),
        (lambda o: -np.log(cnt(o) / len(o)).mean(), "upside down: a perfect network errs only"),
        (lambda o: -np.log(1 / cnt(o)).sum() / len(set(o)), "divide by the pairs, not by the letters"),
        (lambda o: (1 / cnt(o)).mean(), "these are the chances to name the right"),
        (lambda o: -np.log((1 / cnt(o)).mean()), "some letters have more pairs than others"),
        (lambda o: 0.0, "your answer is the same in every case"),
        (lambda o: np.log(1 + cnt(o)).mean(), "the positive is one of the candidates; it"),
        (lambda o: np.exp(cnt(o)).mean(), "one anchor whose letter has two pairs: two"),
    ],
    "scaling.1": [
        (lambda n, d: 4 * n, "this is the size of the gradient; count"),
        (lambda n, d: 8 * n, "a device need not receive its own part"),
        (lambda n, d: 4 * n * d, "all together hold this; what does one"),
        (lambda n, d: n * (d - 1) / d, "this is one way round the ring; the"),
        (lambda n, d: 4 * n * (d - 1), "this sends every gradient to everybody; in"),
        (lambda n, d: 8 * n * (d - 1), "this is all devices together; ask for one"),
        (lambda n, d: 2 * n * (d - 1) / d, "a float32 takes 4 bytes"),
        (lambda n, d: 8 * n / d, "this is one part; d - 1 of them arrive in"),
        (lambda n, d: 2 * 32 * n * (d - 1) / d, "a float32 has 32 bits; bytes are asked"),
        (lambda n, d: 32 * n * (d - 1) / d, "this is one way round the ring; the"),
        (lambda n, d: 4 * n * (d - 1) / d, "this is one way round the ring; the"),
        (lambda n, d: 16 * n * (d - 1) / d, "a float32 takes 4 bytes, not 8"),
        (lambda n, d: 2 * 4 * n * d / (d - 1), "two devices: each sends the other one half"),
        (lambda n, d: 2 * 4 * n * (d + 1) / d, "two devices: each sends the other one half"),
        (lambda n, d: 2 * 2 * n * (d - 1) / d, "this is one way round the ring; the"),
        (lambda n, d: 2 * 4 * (n + 1) * (d - 1) / d, "two devices: each sends the other one half"),
        (lambda n, d: n, "two devices: each sends the other one half"),
        (lambda n, d: 2 * 4 * n * (d - 1) / d / 1000000.0, "these are megabytes; give bytes"),
        (lambda n, d: 2 * 4 * n * (d - 1) / d / 1024, "these are kilobytes; give bytes"),
        (lambda n, d: 8 * n * d, "a ring passes parts of one gradient, not"),
    ],
    "scaling.2": [
        (lambda r, a: a, "the rows must divide with none left over"),
        (lambda r, a: min(r, a), "the rows must divide with none left over"),
        (lambda r, a: r // a, "this is the rows of one device"),
        (lambda r, a: r % a, "this is the rest; find the largest number"),
        (lambda r, a: int(np.gcd(r, a)), "this divides the number of devices too"),
        (lambda r, a: r / a, "these are the rows of one device, if they"),
        (lambda r, a: a if r % a == 0 else a - r % a, "the rest of the rows says nothing about"),
        (lambda r, a: max(k for k in range(1, a) if r % k == 0) if a > 1 else 1, "all of the available devices are allowed"),
        (lambda r, a: 2 ** int(np.log2(a)), "the rows must divide with none left over"),
        (lambda r, a: [k for k in range(1, a + 1) if r % k == 0], "these are all that fit; give the largest"),
        (lambda r, a: min(k for k in range(1, a + 1) if r % k == 0), "your answer is the same in every case"),
        (lambda r, a: max([k for k in range(1, a + 1) if a % k == 0]), "the rows must divide with none left over"),
        (lambda r, a: max(k for k in range(1, r + 1) if r % k == 0), "so many are not available"),
        (lambda r, a: r // fit(r, a), "this is the rows of one device; their"),
        (lambda r, a: a if r % a == 0 else 1, "if not all of them fit, fewer may: try each"),
        (lambda r, a: a if r % a == 0 else a - 1, "one less need not fit either: try on"),
        (lambda r, a: len([k for k in range(1, a + 1) if r % k == 0]), "this counts the numbers that fit; give the"),
        (lambda r, a: r % a == 0, "this says whether all can be used; how many"),
        (lambda r, a: max((k for k in range(1, a + 1) if r % k == 0 and k % 2 == 0), default=1), "it need not be even"),
        (lambda r, a: fit(r, a) - 1, "you are off by one"),
        (lambda r, a: a - fit(r, a), "go down from available: the first number"),
        (lambda r, a: next(k for k in range(2, a + 1) if r % k == 0) if any(r % k == 0 for k in range(2, a + 1)) else 1, "this is the smallest number that fits; the"),
    ],
    "scaling.3": [
        (lambda r, b, d: np.arange(b // d), "the row itself is the positive, not a"),
        (lambda r, b, d: np.arange(b), "the row itself is the positive, not a"),
        (lambda r, b, d: np.delete(np.arange(b), r), "these are the negatives of the whole batch"),
        (lambda r, b, d: b // d - 1, "this counts them; give their numbers"),
        (lambda r, b, d: neg(r, b, d) - neg(r, b, d).min() if b // d > 1 else neg(r, b, d), "rows are numbered in the whole batch, not"),
        (lambda r, b, d: np.arange(r // (b // d) * (b // d), r // (b // d) * (b // d) + b // d), "the row itself is the positive, not a"),
        (lambda r, b, d: np.array([j for j in range(b) if j % d == r % d and j != r]), "a device holds neighbouring rows, not every"),
        (lambda r, b, d: np.array([j for j in range(b) if j // d == r // d and j != r]), "a device holds batch // devices rows, not"),
        (lambda r, b, d: np.arange(r + 1, r + b // d), "the block starts at a multiple of its size"),
        (lambda r, b, d: np.arange(r // (b // d) * (b // d), (r // (b // d) + 1) * (b // d) - 1), "eight rows on two devices: 0 to 3 and 4 to"),
        (lambda r, b, d: np.split(np.arange(b), d), "these are the rows of all devices; take the"),
        (lambda r, b, d: [j for j in range(b) if j != r], "these are the negatives of the whole batch"),
        (lambda r, b, d: r // (b // d), "this is the device; which rows does it hold?"),
        (lambda r, b, d: np.array([j for j in range(b) if j // (b // d) != r // (b // d)]), "these lie on the other devices, and nothing"),
        (lambda r, b, d: np.array([j for j in range(d) if j != r]), "these are numbers of devices; give numbers"),
        (lambda r, b, d: np.array([j for j in range(b) if j // (b // d) == r // (b // d) and j > r]), "rows before it on its device are negatives"),
        (lambda r, b, d: neg(r, b, d) + 1, "rows are counted from 0"),
    ],
    "debugging.5": [
        ({"line": 5, "distance": 0.5, "loss": 0.25}, "here it goes wrong, but the formula is"),
        ({"line": 2, "distance": 0, "loss": 0.75}, "rolling whole rows, axis=0, is right; k = 0"),
        ({"line": 1, "distance": 0, "loss": 0}, "that line is as it should be. Print the"),
        ({"line": 6, "distance": 1, "loss": 0.25}, "the mean is right; which shape has what it"),
        ({"line": 4, "distance": ..., "loss": ...}, "that line is as it should be. Print the"),
        ({"line": 3, "distance": 0.5, "loss": 0.25}, "that would hold if half of the labels were"),
        ({"line": 3, "distance": 0.25, "loss": 0.4375}, "the weights are swapped: a quarter of the"),
        ({"line": 3, "distance": 0, "loss": 0.75}, "all in one point pays what every impostor"),
        ({"line": 3, "distance": 0.75, "loss": 0.25}, "this is the loss with all distances at the"),
        ({"line": 3, "distance": 0.75, "loss": 0}, "no distance is free: the same pair is"),
        ({"line": 3, "distance": 0.75, "loss": 0.140625}, "this is the pull alone; the push pays as"),
        ({"line": 3, "distance": 1, "loss": 0.25}, "at the margin every entry pays for the"),
        ({"line": "3", "distance": 0.75, "loss": 0.1875}, "write down two energies and two labels of"),
        ({"line": 3, "distance": 0.75, "loss": 0.375}, "this is twice what is asked for"),
    ],
    "scaling.4": [
        ({"workers": 1, "pod": 1, "bytes": 0}, "forward, the loss is right; going back, the"),
        ({"workers": 0.25, "pod": 1 / 256, "bytes": 65536}, "its own anchor pulls, it does not push"),
        ({"workers": 0.75, "pod": 0.996, "bytes": 49152}, "its own anchor pulls, it does not push"),
        ({"workers": 0, "pod": 0, "bytes": 0}, "each worker has put its own positives back"),
        ({"workers": 63 / 256, "pod": 255 / 65536, "bytes": 49152}, "255 rows push on a positive, not 256: its"),
        ({"workers": 64, "pod": 256, "bytes": 16384}, "this is a number of pushes; divide it by"),
        ({"workers": 63, "pod": 255, "bytes": 12288}, "this is a number of pushes; divide it by"),
        ({"workers": 63 / 255, "pod": 63 / 65535, "bytes": 49152}, "a chip has 256 rows here, not 64"),
        ({"workers": 63 / 255, "pod": 63 / 255, "bytes": 49152}, "more devices, each with 256 rows: count"),
        ({"workers": 0.247, "pod": 0.0039, "bytes": 65536}, "a device need not receive its own part"),
        ({"workers": 0.247, "pod": 0.0039, "bytes": 98304}, "half of this has arrived on the way"),
        ({"workers": 0.247, "pod": 0.0039, "bytes": 16384}, "this is one part; of d parts a device"),
        ({"workers": 0.247, "pod": 0.0039, "bytes": 49.152}, "take one positive: who pushes on it, and on"),
        ({"workers": 0.247, "pod": 0.0039, "bytes": 12288}, "these are numbers; a float32 takes 4 bytes"),
    ],
}  # fmt: skip
