"""README's table of results, from the files that the benchmarks wrote.

Usage: python tools/results.py         writes the table into README.md
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DUPLICATES = {
    "sparse": "|x1 - x2| on TF-IDF",
    "bags": "bags of pieces",
    "mixed": "both of these",
    "lstm": "LSTMs over pieces",
}
START, END = "<!-- results -->", "<!-- /results -->"


def stored(name):
    """What benchmarks/NAME.py found."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def percent(score):
    """Mean over the seeds in percent, with the standard deviation where there are seeds."""
    if isinstance(score, dict):
        return f"{100 * score['mean']:.1f} ± {100 * score['std']:.1f}"
    return f"{100 * (score[0] if isinstance(score, list) else score):.1f}"


def seconds(runs):
    """Mean wall time of training and processor time, the latter spread over the cores."""
    wall, cpu = (
        sum(run[name] for run in runs) / len(runs)
        for name in ("training_seconds", "processor_seconds")
    )
    return f"{wall:.0f} s, {cpu:.0f} s"


def rows():
    """(task, what is measured, ours, others, training) of every headline figure."""
    yield from _duplicates()
    yield from _intents()
    yield from _omniglot()
    yield from _glyphs()


def _duplicates():
    found = stored("duplicates")["excerpt"]
    tfidf = found["tfidf"]["characters"]
    known = {"auc": "", "accuracy": f", always different {percent(found['majority'])}, course 72.6"}
    for name, title in DUPLICATES.items():
        for measure, more in known.items():
            yield (
                f"Question duplicates, {title}", "AUC" if measure == "auc" else measure,
                percent(found[name][measure]), f"TF-IDF {percent(tfidf[measure])}{more}",
                seconds(found[name]["seeds"]),
            )  # fmt: skip


def _intents():
    found = stored("intents")
    for name, score in found["mean"].items():
        tfidf = max(percent(kind[name]) for kind in found["tfidf"].values())
        yield (
            "Intents of BANKING77, never trained on", f"{name}, accuracy", percent(score),
            f"TF-IDF {tfidf}", seconds(found["seeds"]),
        )  # fmt: skip


def _omniglot():
    five, hour = stored("omniglot"), stored("omniglot_encoder")
    others = "people 95.5, Koch et al. 92.0, nearest pixels 21.7"
    task, runs = "Omniglot, official runs", "20-way 1-shot in an alphabet, accuracy"
    yield task, runs, percent(five["mean"]["official runs"]), others, seconds(five["seeds"])
    yield f"{task}, shipped weights", runs, percent(hour["official runs"]), others, seconds([hour])
    snell = {
        "5-way 1-shot": 98.8,
        "5-way 5-shot": 99.7,
        "20-way 1-shot": 96.0,
        "20-way 5-shot": 98.9,
    }
    for name, theirs in snell.items():
        ours = percent(five["mean"][f"mixed {name}"]), percent(hour[f"mixed {name}"])
        yield (
            "Omniglot, alphabets mixed", f"{name}, accuracy", f"{ours[0]}; shipped {ours[1]}",
            f"prototypical networks {theirs}, other split", "as above",
        )  # fmt: skip


def _glyphs():
    ours, notebook = stored("glyphs_residual"), stored("glyphs")
    for name in ("20-way 1-shot", "20-way 5-shot"):
        easier, pixels = notebook["mean"][name]["mean"], notebook["pixels"][name]
        others = f"notebook 06 {percent(easier)}, pixels {percent(pixels)}"
        yield (
            "Glyphs, scripts never seen", f"{name}, accuracy", percent(ours["mean"][name]), others,
            seconds(ours["seeds"]),
        )  # fmt: skip


def table():
    """The rows as a table in Markdown."""
    head = ["task", "measured", "here, %", "others, %", "training"]
    lines = [head, ["---"] * len(head), *rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_table(text):
    """text with what stands between the two marks replaced by the table."""
    before, rest = text.split(START)
    after = rest.split(END)[1]
    return f"{before}{START}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
