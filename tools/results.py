"""The tables of README and docs/, from the files that the benchmarks wrote.

Scores are shares, as the notebooks print them: an accuracy of 0.988, not 98.8 %.

Usage: python tools/results.py         writes each table where its marks stand
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "siamese_lib" / "data" / "results"
DUPLICATES = {
    "sparse": "|x1 - x2| on TF-IDF",
    "bags": "bags of pieces",
    "mixed": "both of these",
    "lstm": "LSTMs over pieces",
}
# Its pretrained model, as the output of its assignment has it: 0.7259766 of 10,240 pairs.
OTHER_COURSE = "DeepLearning.AI course 0.726 on its own pairs"
BATCHES = {"step, 32 tokens": 2, "step, 64 tokens": 2, "step, real lengths": 15}  # in one call


def stored(name):
    """What the benchmark of this name found."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def score(found):
    """Mean over the seeds, with the standard deviation where there are seeds."""
    if isinstance(found, dict):
        return f"{found['mean']:.3f} ± {found['std']:.3f}"
    return f"{found[0] if isinstance(found, list) else found:.3f}"


def seconds(runs):
    """Mean wall time of training and processor time, the latter spread over the cores."""
    wall, cpu = (
        sum(run[name] for run in runs) / len(runs)
        for name in ("training_seconds", "processor_seconds")
    )
    return f"{wall:.0f} s, {cpu:.0f} s"


def headline_rows():
    """(task, ours, others) of what README shows."""
    pairs = stored("duplicates")["excerpt"]
    count = f"{pairs['train_pairs']:,} pairs of an excerpt of Quora's"
    yield (
        f"duplicate questions, learned from {count}: AUC", score(pairs["sparse"]["auc"]["mean"]),
        f"TF-IDF {score(pairs['tfidf']['characters']['auc'])}",
    )  # fmt: skip
    yield (
        "letters of Omniglot, 20-way 1-shot, shipped weights: accuracy",
        score(stored("omniglot_encoder")["official runs"]), "people 0.955, Koch et al. 0.920",
    )  # fmt: skip


def rows():
    """(task, what is measured, ours, others, training) of every score."""
    yield from _duplicates()
    yield from _intents()
    yield from _omniglot()
    yield from _glyphs()


def _duplicates():
    found = stored("duplicates")["excerpt"]
    tfidf = found["tfidf"]["characters"]
    different = score(found["majority"])
    known = {"auc": "", "accuracy": f", always different {different}, {OTHER_COURSE}"}
    for name, title in DUPLICATES.items():
        for measure, more in known.items():
            yield (
                f"Question duplicates, {title}", "AUC" if measure == "auc" else measure,
                score(found[name][measure]), f"TF-IDF {score(tfidf[measure])}{more}",
                seconds(found[name]["seeds"]),
            )  # fmt: skip


def _intents():
    found = stored("intents")
    for name, ours in found["mean"].items():
        tfidf = max(score(kind[name]) for kind in found["tfidf"].values())
        yield (
            "Intents of BANKING77, never trained on", f"{name}, accuracy", score(ours),
            f"TF-IDF {tfidf}", seconds(found["seeds"]),
        )  # fmt: skip


def _omniglot():
    five, hour = stored("omniglot"), stored("omniglot_encoder")
    others = "people 0.955, Koch et al. 0.920, nearest pixels 0.217"
    task, runs = "Omniglot, official runs", "20-way 1-shot in an alphabet, accuracy"
    yield task, runs, score(five["mean"]["official runs"]), others, seconds(five["seeds"])
    yield f"{task}, shipped weights", runs, score(hour["official runs"]), others, seconds([hour])
    snell = {
        "5-way 1-shot": "0.988",
        "5-way 5-shot": "0.997",
        "20-way 1-shot": "0.960",
        "20-way 5-shot": "0.989",
    }
    for name, theirs in snell.items():
        ours = score(five["mean"][f"mixed {name}"]), score(hour[f"mixed {name}"])
        yield (
            "Omniglot, alphabets mixed", f"{name}, accuracy", f"{ours[0]}; shipped {ours[1]}",
            f"prototypical networks {theirs}, other split", "as above",
        )  # fmt: skip


def _glyphs():
    ours, notebook = stored("glyphs_residual"), stored("glyphs")
    for name in ("20-way 1-shot", "20-way 5-shot"):
        easier, pixels = notebook["mean"][name]["mean"], notebook["pixels"][name]
        others = f"notebook 06 {score(easier)}, pixels {score(pixels)}"
        yield (
            "Glyphs, scripts never seen", f"{name}, accuracy", score(ours["mean"][name]), others,
            seconds(ours["seeds"]),
        )  # fmt: skip


def speed_rows():
    """(task, ours, the same by others as a multiple of ours) from the runs side by side."""
    for task, found in stored("speed").items():
        if "competitors" not in found:
            continue
        ours = found["competitors"]["ours"]
        others = [
            f"{name} {entry['times_ours'][0]:.2f} ({entry['times_ours'][1]:.2f} to "
            f"{entry['times_ours'][2]:.2f})"
            for name, entry in found["competitors"].items()
            if name != "ours"
        ]
        calls = BATCHES.get(task, 1)
        yield task, f"{ours['ms'] / calls:.1f} ms", ", ".join(others)
    found = stored("retrieval")
    ours, faiss = found["search_queries_per_second"], found["faiss"]["search_queries_per_second"]
    yield "10 nearest of 400,000, exact", f"{ours:,} queries/s", f"faiss {ours / faiss:.2f}"
    curves = stored("time_to_auc")["curves"]
    reached = {name: curve["seconds_to_goal"] for name, curve in curves.items()}
    ours, *others = (
        f"{name} {'never' if t is None else f'{t:.0f} s'}" for name, t in reached.items()
    )
    yield "question duplicates, AUC of 0.80", ours, ", ".join(others)


def kernel_rows():
    """(kernel, ours, the plain layer, what it gains) for what is written by hand in encoders/."""
    for name, case in stored("kernels")["cases"].items():
        gain = f"{case['gain']:.2f} ({case['low']:.2f} to {case['high']:.2f})"
        yield name, f"{case['ours_ms']:.1f} ms", f"{case['plain_ms']:.1f} ms", gain


def wait_rows():
    """(what you wait for, how long, what stands beside it)."""
    starts = stored("start")
    imports = starts["import"]
    yield (
        "import siamese_lib", f"{imports['siamese_lib']:.2f} s",
        f"jax, flax and optax before it {imports['jax, flax, optax']:.1f} s",
    )  # fmt: skip
    for name, step in starts["first step, compile seconds"].items():
        again = f"{step['again']:.1f} s with the compiled programs that `make lab` keeps"
        yield f"first step of training, {name}", f"{step['first']:.1f} s", again
    for part, found in stored("data").items():
        if part != "machine":
            (name, taken), (_, epoch) = found.items()
            fed = "glyphs" if part == "omniglot" else part  # data.py times no epoch of Omniglot
            yield name, f"{taken:.3g} s", f"one epoch of training on {fed} {epoch:.1f} s"
    full = stored("duplicates")["full_size"]
    steps = {
        "read": ("load", f"a file of {full['file_mb']} MB, made up from the excerpt"),
        "cut into pieces": ("tokenise", f"{full['questions']:,} questions"),
        "one epoch of a bag of pieces": ("train", f"{full['train_pairs']:,} training pairs"),
        "one epoch of an LSTM over pieces": ("lstm", "the same pairs"),
        "|x1 - x2| on TF-IDF, all of its training": ("sparse", "the same pairs"),
    }
    for name, (step, beside) in steps.items():
        memory = f"{full[step]['peak_mb']:,} MB"
        yield (
            f"Quora's size, {full['rows']:,} pairs: {name}", f"{full[step]['seconds']:.0f} s",
            f"{beside}; {memory}",
        )  # fmt: skip
    found = stored("notebooks")
    for name, run in (("two cores", found), ("one core and 2 GB", found["binder"])):
        core = sum(run["notebooks"][book]["seconds"] for book in sorted(run["notebooks"])[:7])
        most = max(book["peak_mb"] for book in run["notebooks"].values())
        yield (
            f"notebooks 00 to 06, {name}", f"{core:.0f} s",
            f"all {len(run['notebooks'])} {run['total_seconds']:.0f} s, {most:,} MB at most",
        )  # fmt: skip
    yield from page_rows()


def page_rows():
    """What a reader of the web pages waits for, on the slowest of those that were measured."""
    pages = stored("pages")["pages"].values()
    for name, key in (("first paint", "first_paint"), ("first slider", "first_slider")):
        here, slower = (
            max(page[speed].get(key, 0) for page in pages)
            for speed in ("this processor", "4 times slower")
        )
        yield f"web page, {name}, at most", f"{here:.1f} s", f"{slower:.1f} s four times slower"


def as_table(head, rows):
    """Rows as a table in Markdown; a bar within a cell does not divide it."""
    lines = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines])


TABLES = {
    "headline": (["task", "siamese_lib", "compared with"], headline_rows),
    "results": (["task", "measured", "here", "others", "training"], rows),
    "speed": (["task", "here", "others over ours (lowest to highest round)"], speed_rows),
    "kernels": (["kernel", "here", "plain layer", "gain (lowest to highest turn)"], kernel_rows),
    "waits": (["what you wait for", "here", "compared with"], wait_rows),
}
PAGES = {
    "README.md": ["headline"],
    "docs/results.md": ["results"],
    "docs/speed.md": ["speed", "kernels"],
    "docs/waiting.md": ["waits"],
}


def with_tables(text, names):
    """text with what stands between the marks of each named table replaced by that table."""
    for name in names:
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = text.split(start)
        head, make = TABLES[name]
        text = f"{before}{start}\n{as_table(head, make())}\n{end}{rest.split(end)[1]}"
    return text


if __name__ == "__main__":
    for page, names in PAGES.items():
        path = ROOT / page
        path.write_text(with_tables(path.read_text(encoding="utf-8"), names), encoding="utf-8")
