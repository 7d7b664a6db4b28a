"""Challenges of lab 5, question duplicates.

The quality of a learner's model is measured on families of questions that no learner has.
"""

import itertools
import random
import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from instructor.challenges.challenge import Challenge, Part, close
from instructor.instant import lab5 as right
from siamese_lib.datasets import questions

TRAINING_SECONDS = 120  # what the lab promises, on one core
FAMILIES = Path(__file__).with_name("lab5_families.toml")
PAIRS = 400  # half the same; of the others half differ in the thing, half in what is asked
CANDIDATES = 6  # questions compared for one pair
# Accuracy on hidden pairs -> share of the points; straight lines between. Rules and word counts stay
# below the first, the master is above the last: benchmarks/results/grading_quality.json.
QUALITY = ((0.72, 0.0), (0.80, 0.3), (0.88, 0.6), (0.92, 0.8), (0.95, 1.0))

_space = {"np": np}
exec(right.BATCH_FACTS + right.MODEL_FACTS, _space)
_EPOCHS = 6
_ASK_BATCHES = f"""\
import numpy as np
[[np.asarray(rows) for rows in make_batches(*case[:2], np.random.default_rng(case[2] + k))]
 for k in [*range({_EPOCHS}), 0]]
"""
_ASK_MODEL = right.ASK_MODEL.replace("answer(", "QuestionEncoder(") + "raw()\n"


def _meanings(rng):
    counts = (rng.integers(1, 5, 30), np.full(20, 2), np.append(rng.integers(1, 3, 10), 17))
    sizes = (8, 7, 5)
    return [(rng.permutation(np.repeat(np.arange(len(c)), c)), size, int(rng.integers(10**6)))
            for c, size in zip(counts, sizes, strict=True)]  # fmt: skip


def _batch_facts(*names):
    def judge(case, answer):
        try:
            assert len(answer) == _EPOCHS + 1
            found = _space["batch_facts"](*case[:2], answer[:-1])
            pairs = zip(answer[0], answer[-1], strict=True)
            found["again"] = all(np.array_equal(a, b) for a, b in pairs)
        except (TypeError, ValueError, IndexError, AssertionError):
            return 0.0
        return float(all(found.get(name) for name in names))

    return judge


_ONCE = ("shapes", "pairs that exist", "-1 for what is missing", "each pair once")
_APART = (*_ONCE, "no meaning twice in a batch")
_FEW = (*_APART, "as few batches as possible", "chance comes from rng", "again")


def _tokens(rng):
    cases = []
    for b, time, words in ((4, 6, 40), (4, 6, 40)):  # one shape: each costs compilations
        tokens = rng.integers(1, words, (b, time))
        length = rng.integers(2, time, b)
        cases.append((np.where(np.arange(time) < length[:, None], tokens, 0), words))
    return cases


def _model_facts(*names):
    def judge(case, answer):
        try:
            found = _space["model_facts"](case[0], answer)
            found["something learns"] = any(answer["learns"])  # zeros are padded well, too
        except (TypeError, ValueError, IndexError, KeyError):
            return 0.0
        always = ("one vector a question", "different questions differ", "something learns")
        return float(all(found.get(name) for name in (*always, *names)))

    return judge


def _losses(full):
    def draw(rng):
        cases = []
        for b in (4, 7, 7):
            is_real = np.ones(b, bool) if full else rng.permutation(np.arange(b) < b - 2)
            first = rng.normal(size=(b, 5))
            pair = [
                x / np.linalg.norm(x, axis=1, keepdims=True)
                for x in (first, first + rng.normal(size=(b, 5)))
            ]
            cases.append((*pair, is_real, float(rng.uniform(0.4, 0.9))))
        return cases

    return draw


def _bands(rng):
    return [
        (rng.normal(size=(30, 4)), 5 * rng.normal(size=(30, 4)), -0.3, float(rng.uniform(0, 0.6)))
        for _ in range(2)
    ]


def _at_the_edge(rng):
    """Along the axes, where cosines are exactly -1, 0 and 1."""
    first = np.eye(3)[rng.integers(0, 3, 20)] * rng.integers(1, 5, (20, 1))
    second = np.eye(3)[rng.integers(0, 3, 20)] * rng.choice([-2.0, 1.0, 4.0], (20, 1))
    return [(first, second, 0.0, 1.0), (first, second, -1.0, 0.0)]


@cache
def hidden_questions():
    """Every question of the hidden families: a list of siamese_lib's Question."""
    hidden, meanings = tomllib.loads(FAMILIES.read_text(encoding="utf-8")), itertools.count()
    data = questions._data() | {"aspects": hidden["aspects"]}
    return [
        question
        for aspect, named in hidden["families"].items()
        for name, fields in named.items()
        for question in questions._expand(data, aspect, f"hidden_{name}", fields, meanings)
    ]


@cache
def _meaning():
    return {question.text: question.meaning for question in hidden_questions()}


def hidden_pairs(rng):
    """(first, second): PAIRS pairs of hidden questions in random order, anew for each grading.

    No labels: the learner's kernel sees the case, and the judge knows the meanings.
    """
    found, chance = hidden_questions(), random.Random(int(rng.integers(2**32)))
    pairs = []
    while len(pairs) < PAIRS:
        a, kind = chance.choice(found), len(pairs) % 4
        fits = (_is_same, _is_other_thing, _is_same, _is_other_question)[kind]
        pool = _of_meaning()[a.meaning] if kind % 2 == 0 else chance.sample(found, 400)
        others = [b for b in pool if fits(a, b)]
        others = chance.sample(others, min(CANDIDATES, len(others)))
        if others:
            # Same with few common words, different with many: counting words must not do.
            ranked = sorted(others, key=lambda b: questions.overlap(*_words(a, b)))
            pairs.append((a.text, ranked[-(kind % 2)].text))
    chance.shuffle(pairs)
    return tuple(list(texts) for texts in zip(*pairs, strict=True))


def _words(*asked):
    return [questions.word_set(question.text) for question in asked]


@cache
def _of_meaning():
    groups = {}
    for question in hidden_questions():
        groups.setdefault(question.meaning, []).append(question)
    return groups


def _is_same(a, b):
    return b.meaning == a.meaning and b.text != a.text


def _is_other_thing(a, b):
    return b.family == a.family and b.meaning != a.meaning


def _is_other_question(a, b):
    return b.family != a.family and b.text != a.text


def labels(first, second):
    """True where two hidden questions ask the same, [n] bool."""
    return np.array([_meaning()[a] == _meaning()[b] for a, b in zip(first, second, strict=True)])


def _quality(rng):
    return [hidden_pairs(rng)]


def _measured(case, answer):
    is_same = labels(*case)
    if not _is_calls(answer, len(is_same)):
        return 0.0
    return share((np.asarray(answer) == is_same).mean())


def _is_calls(answer, n):
    return answer is not None and np.shape(answer) == (n,) and np.asarray(answer).dtype.kind == "b"


def _itself(rng):
    first, second = hidden_pairs(rng)
    return [(first + first[:40], second + first[:40])]


def _odd_texts(rng):
    first, second = hidden_pairs(rng)
    letters = "bcdfghjkqvwxz"
    odd = ["".join(rng.choice(list(letters), 8)) for _ in range(4)]
    more = ["", "", odd[0], first[0], odd[2]], ["", first[1], odd[0], odd[1], odd[3]]
    return [(first + more[0], second + more[1])]


def _all(value):
    """All of the pairs behind the hidden ones; a constant would do, so those must earn something."""

    def judge(case, answer):
        hidden = tuple(texts[:PAIRS] for texts in case)
        return float(
            _is_calls(answer, len(case[0]))
            and _measured(hidden, answer[:PAIRS]) > 0
            and bool((np.asarray(answer[PAIRS:]) == value).all())
        )

    return judge


def share(accuracy):
    """The share of the points that an accuracy on hidden pairs earns."""
    return float(np.interp(accuracy, *zip(*QUALITY, strict=True)))


_loss = close(right.batch_loss, 1e-3)
_classes = close(right.classify)
_ASK_PREDICT = "predict(list(case[0]), list(case[1]))"

CHALLENGES = {
    "5.1": Challenge("Batches", (
        Part("each pair once", 5, _meanings, _ASK_BATCHES, _batch_facts(*_ONCE)),
        Part("no meaning twice in a batch", 5, _meanings, _ASK_BATCHES, _batch_facts(*_APART)),
        Part("few batches, by chance", 5, _meanings, _ASK_BATCHES, _batch_facts(*_FEW)),
    )),
    "5.2": Challenge("Encoder", (
        Part("unit vectors", 5, _tokens, _ASK_MODEL, _model_facts("length 1", "at most 1,000,000 weights")),
        Part("padding and neighbours", 6, _tokens, _ASK_MODEL,
             _model_facts("padding changes nothing", "its neighbours change nothing")),
        Part("every weight learns", 4, _tokens, _ASK_MODEL, _model_facts("every weight learns")),
    )),
    "5.3": Challenge("Loss", (
        Part("full batches", 8, _losses(True), "batch_loss(*case)", _loss),
        Part("padding", 7, _losses(False), "batch_loss(*case)", _loss),
    )),
    "5.4": Challenge("Classify", (
        Part("values", 6, _bands, "classify(*case)", _classes),
        Part("at the edges", 4, _at_the_edge, "classify(*case)", _classes),
    )),
    "5.5": Challenge("Train and predict", (
        Part("a question and itself", 5, _itself, _ASK_PREDICT, _all(True), seconds=60),
        Part("unknown and empty texts", 5, _odd_texts, _ASK_PREDICT, _all(False), seconds=60),
        Part("quality on hidden pairs", 35, _quality, _ASK_PREDICT, _measured, seconds=60),
    ), TRAINING_SECONDS),
}  # fmt: skip
