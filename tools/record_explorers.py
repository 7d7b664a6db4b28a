"""Record what the threshold and the replay explorer show where no data is given.

threshold: notebook 05's network (seed 0), its similarities of 2,000 test pairs drawn at random.
random:    notebook 03's run on random triplets, eight of its letters every 4 steps.
hardest:   notebook 03's run that collapses, at the same rate, every 2 steps.

Usage: python -m tools.record_explorers          writes siamese_lib/data/explorer_*, prints figures
"""

import json
from pathlib import Path

import numpy as np
import optax

from benchmarks.quality import questions
from benchmarks.quality.pairs import known_pairs, pair_similarity
from siamese_lib.datasets import load_questions
from siamese_lib.evaluation import accuracy_at, confusion_at, roc_auc
from siamese_lib.explorers.replay import plane_points, triplet_summary
from siamese_lib.text import build_tokenizer, duplicate_groups, encode_texts
from siamese_lib.training import encode, fit
from tools import notebooks as runner

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "siamese_lib" / "data"
PAIRS = 2000
# Which of notebook 03's letters are on the map (those that most fonts hold), how often each.
SHOWN = {0: "Q", 1: "Ø", 2: "ĸ", 6: "Ǥ", 11: "ɘ", 14: "ʉ", 33: "Џ", 39: "π"}
EACH = 12


def record_threshold():
    """Similarities of test pairs, sorted; one line per pair."""
    train, test = load_questions("train"), load_questions("test")
    texts, group = duplicate_groups(*train)
    tokenizer = build_tokenizer(texts)
    model, _ = questions.train("questions", tokenizer, encode_texts(tokenizer, texts), group, 0)
    test = known_pairs(test, tokenizer)
    similarity = pair_similarity(
        lambda some: encode(model.encoder, encode_texts(tokenizer, some)), test
    )
    chosen = np.random.default_rng(0).choice(len(similarity), PAIRS, replace=False)
    drawn = np.round(similarity[chosen].astype(float), 4), test.is_same[chosen]
    for name, pairs in (("all test pairs", (similarity, test.is_same)), ("recorded", drawn)):
        print(f"threshold {name}: {len(pairs[0])} pairs, {pairs[1].mean():.3f} same, "
              f"AUC {roc_auc(*pairs):.4f}, accuracy at 0.7 {accuracy_at(*pairs):.4f}, "
              f"confusion {confusion_at(*pairs).tolist()}")  # fmt: skip
    lines = sorted(zip(drawn[0].tolist(), drawn[1].tolist(), strict=True))
    text = "".join(f"{value:.4f},{same}\n" for value, same in lines)
    write("explorer_threshold.csv", "similarity,is_same\n" + text)


def notebook_03():
    """What notebook 03 defines up to its losses, with its generator in the same state."""
    return runner.definitions(
        "03", "rng.normal(", "MARGIN =", "LETTERS, DRAWINGS =", "def random_triplets",
        "def new_encoder", "def random_batches", "def letter_batches",
    )  # fmt: skip


def train(notebook, loss, batches, *, epochs, every):
    """Train as notebook 03 does, in short epochs of `every` steps; all frames, losses and steps."""
    shown = notebook["pictures"][list(SHOWN), :EACH].reshape(-1, 28, 28)
    model = notebook["new_encoder"]()
    stream = [batch for epoch in range(epochs) for batch in notebook[batches](epoch)]
    frames = [encode(model, shown)]
    history = fit(
        model, notebook[loss], lambda k: stream[every * k : every * (k + 1)],
        epochs=len(stream) // every, optimizer=optax.adam(notebook["RATE"]), progress=False,
        on_epoch=lambda _: frames.append(encode(model, shown)),
    )  # fmt: skip
    return np.stack(frames), history["loss"], list(range(0, len(stream) + 1, every))


def record_runs(margin, **runs):
    """Write the runs on one map, so that the untrained network looks the same in all of them."""
    labels = np.repeat(np.arange(len(SHOWN)), EACH)
    counts = [len(frames) for frames, _, _ in runs.values()]
    drawn, reach = plane_points(np.concatenate([frames for frames, _, _ in runs.values()]))
    for (name, (frames, loss, steps)), last in zip(runs.items(), np.cumsum(counts), strict=True):
        measured = triplet_summary(frames, labels, margin=margin)
        record = {
            "names": list(SHOWN.values()), "labels": labels.tolist(), "margin": margin,
            "steps": steps, "reach": reach, "loss": np.round(loss, 4).tolist(),
            **{key: np.round(values, 4).tolist() for key, values in measured.items()},
            "points": drawn[last - len(frames) : last],
        }  # fmt: skip
        print(f"{name}: {len(frames)} frames of {len(labels)} points, loss {record['loss'][0]} to "
              f"{record['loss'][-1]}, last ten {np.mean(record['loss'][-10:]):.4f}")  # fmt: skip
        for key in measured:
            print(f"  {key:9} first {record[key][0]}, middle {record[key][len(frames) // 2]}, "
                  f"last {record[key][-1]}")  # fmt: skip
        write(
            f"explorer_{name}.json", json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        )


def write(name, text):
    (DATA / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(text.encode()) / 1000:.1f} KB")


if __name__ == "__main__":
    notebook = notebook_03()
    record_runs(
        notebook["MARGIN"],
        random=train(notebook, "random_loss", "random_batches", epochs=5, every=4),
        hardest=train(notebook, "hardest_loss", "letter_batches", epochs=2, every=2),
    )
    record_threshold()
