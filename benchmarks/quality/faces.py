"""Notebook 08's recipe on groups of people held out, with three seeds, next to raw pixels.

Usage: python -m benchmarks.quality.faces        writes siamese_lib/data/results/faces.json

The group 34 to 39 is the test of the notebook and seed 0 its run. The recipe was chosen on four of
the groups; the other two never had a say.
"""

import resource
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import numpy as np

from benchmarks import notebook_recipe
from benchmarks.measure import SEEDS, describe, peak_mb, stopwatch, store
from siamese_lib.training import encode

CHOSEN_ON, NEW = (0, 7, 14, 28), (20, 34)  # the first person of each group of six
TRAINING_PEOPLE = 28
TRAINING_PHOTOS = 7  # of each person where people are shared: 280 pictures, as many as of 28 people


@cache
def recipe():
    """What the notebook's recipe cells define, with the pictures of all 40 people."""
    names = notebook_recipe.recipe("08")
    return names, *names["load_people"]("all")


def group(first):
    return f"{first} to {first + 5}"


def jobs(person, photo):
    """{name: (rows to train on, {name of a test: its rows})}; nobody is trained on 34 to 39."""
    result = {}
    for first in CHOSEN_ON + NEW:
        held_out = np.arange(first, first + 6)
        others = np.setdiff1d(np.arange(40), held_out)[:TRAINING_PEOPLE]
        train, test = (np.flatnonzero(np.isin(person, some)) for some in (others, held_out))
        result[group(first)] = train, {group(first): test}
    is_known = photo < TRAINING_PHOTOS
    known, unknown = np.flatnonzero(is_known), np.flatnonzero(~is_known)
    result["leak"] = known, {"pictures, people shared": unknown, "nothing": known}
    return result


def pixel_error(rows):
    names, images, person = recipe()
    return round(names["equal_error"](names["coarse"](images[rows], 14), person[rows])[0], 4)


def train_and_score(job):
    """{name of a test: equal error rate} of one network."""
    seed, train, tests = job
    names, images, person = recipe()
    encoder, _ = names["train_faces"](images[train], person[train], seed=seed)
    return {
        name: round(names["equal_error"](encode(encoder, images[rows]), person[rows])[0], 4)
        for name, rows in tests.items()
    }


def score(todo, workers=2):
    """Equal error rates: {name of a test: {"pixels": rate, "network": [a rate for each seed]}}."""
    result = {
        name: {"pixels": pixel_error(rows), "network": []}
        for _, tests in todo.values()
        for name, rows in tests.items()
    }
    work = [(seed, *job) for job in todo.values() for seed in SEEDS]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for scores in pool.map(train_and_score, work):
            print(scores, flush=True)
            for name, eer in scores.items():
                result[name]["network"].append(eer)
    return result


def means(scores, firsts):
    """Means over groups and seeds."""
    some = [scores[group(first)] for first in firsts]
    return {
        rival: round(float(np.mean([entry[rival] for entry in some])), 4)
        for rival in ("pixels", "network")
    }


def main():
    """All groups of people, and what a split by pictures would have said."""
    took = stopwatch()
    data = recipe()[0]["datasets"].load_faces("all")
    scores = score(jobs(data.label, data.drawer))
    groups = [
        {"people": group(first), "chosen_on": first in CHOSEN_ON, **scores[group(first)]}
        for first in sorted(CHOSEN_ON + NEW)
    ]
    leaks = {name: scores[name] for name in ("pictures, people shared", "nothing")}
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "mean": {"all": means(scores, CHOSEN_ON + NEW), "new": means(scores, NEW)},
        "groups": groups,
        "splits": {"people": scores[group(34)], **leaks},
        "seconds": round(took()[0]),
        "peak_mb": peak_mb(resource.RUSAGE_CHILDREN),
    }
    store("faces", result)


if __name__ == "__main__":
    main()
