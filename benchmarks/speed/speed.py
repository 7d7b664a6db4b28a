"""Side by side in one run: siamese_lib, PyTorch and Keras at one model, its loss, and miners.

Usage: make bench, or
    python benchmarks/speed.py --peers PYTHON      the Python of an environment with the peers
Writes siamese_lib/data/results/speed.json. All competitors of a task are started and compiled
first, then take turns, so that a machine that slows down slows all of them; a ratio is that of two
turns of the same round. Absolute times are of this machine; nothing else should run on it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from machine import describe

from siamese_lib.datasets import load_quora
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "siamese_lib" / "data" / "results" / "speed.json"
ROUNDS = 7
PEERS = ("keras", "tensorflow", "torch", "pytorch_metric_learning")
VOCABULARY = 36_224  # the DeepLearning.AI course's
# Task -> {competitor: (module, its name for the task)}, and how often a turn repeats it.
TOKENS = {
    name: {
        "ours": ("ours", name),
        "ours, bfloat16": ("ours", f"{name}_bfloat16"),
        "keras": ("keras_peer", name),
        "keras, XLA": ("keras_peer", f"{name}_xla"),
        "torch": ("torch_peer", name),
    }
    for name in ("tokens_32", "tokens_64")
}
CONTESTS = {
    "matrix product": ({"ours": ("ours", "product"), "torch": ("torch_peer", "product")}, 5),
    "step, 32 tokens": (TOKENS["tokens_32"], 2),
    "step, 64 tokens": (TOKENS["tokens_64"], 1),
    "step, real lengths": ({
        "ours": ("ours", "stairs"), "ours, bfloat16": ("ours", "stairs_bfloat16"),
        "ours, padded": ("ours", "longest"), "ours, buckets": ("ours", "buckets"),
        "keras": ("keras_peer", "longest"), "keras, buckets": ("keras_peer", "buckets"),
        "torch": ("torch_peer", "longest"), "torch, buckets": ("torch_peer", "buckets"),
    }, 1),
    **{f"loss, {n}": ({"ours": ("ours", f"loss_{n}"), "torch": ("torch_peer", f"loss_{n}")}, turns)
       for n, turns in ((256, 200), (1024, 40), (4096, 4), (8192, 2))},
    **{f"mining, {kind}": ({"ours": ("ours", f"mining_{kind}"),
                            "pytorch-metric-learning": ("torch_peer", f"mining_{kind}")}, 4)
       for kind in ("hardest", "semi_hard")},
}  # fmt: skip


def write_inputs(folder):
    """Token batches and vectors, the same for all."""
    rng = np.random.default_rng(0)
    for length in (32, 64):
        made = rng.integers(2, VOCABULARY, (2, 2, 256, length)).astype(np.int32)
        np.savez(folder / f"tokens_{length}.npz", a=made[0], b=made[1])
    texts, group = duplicate_groups(*load_quora("train"))
    tokenizer = build_tokenizer(texts, vocabulary_size=VOCABULARY)
    tokens = encode_texts(tokenizer, texts, max_length=1000)  # nothing is cut
    drawn = list(duplicate_batches(tokens, group, batch_size=256, seed=0))
    _store(folder / "longest.npz", drawn)
    # Bucketed: pairs of like length together, so each batch is padded to little more than its own.
    pairs = [both for batch in drawn for both in zip(*batch, strict=True)]
    pairs.sort(key=lambda both: max((side != 0).sum() for side in both))
    longest = max(len(side) for both in pairs for side in both)
    rows = [[np.pad(side, (0, longest - len(side))) for side in both] for both in pairs]
    rows = np.array(rows).transpose(1, 0, 2)
    cut = [rows[:, k : k + 256] for k in range(0, rows.shape[1] - 255, 256)]
    _store(folder / "buckets.npz", cut)
    vectors = rng.normal(size=(2, 8192, 128))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    np.save(folder / "vectors.npy", vectors.astype(np.float32))
    np.save(folder / "labels.npy", np.repeat(np.arange(256), 4))


def _store(path, batches):
    """Each batch padded to its longest question, [2, batch, length]."""
    stored = {}
    for place, sides in enumerate(batches):
        length = max(int((side != 0).sum(axis=1).max()) for side in sides)
        padded = [np.pad(s[:, :length], ((0, 0), (0, max(0, length - s.shape[1])))) for s in sides]
        stored[f"{place:03}"] = np.stack(padded).astype(np.int32)
    np.savez(path, **stored)


def contest(competitors, turns, folder, peers):
    """{competitor: its seconds and ratios to ours}."""
    started = {}
    for name, (module, task) in competitors.items():
        python = sys.executable if module == "ours" else peers
        command = [python, str(HERE / "peers" / "worker.py"), module, task, str(folder)]
        started[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        started[name].first = float(started[name].stdout.readline())
    seconds, peak = {name: [] for name in started}, {}
    for _ in range(ROUNDS):
        for name, process in started.items():
            process.stdin.write(f"{turns}\n")
            process.stdin.flush()
            took, peak[name] = process.stdout.readline().split()
            seconds[name].append(float(took) / turns)
    for process in started.values():
        process.stdin.close()
        process.wait()
    found = {}
    for name, times in seconds.items():
        ratios = [theirs / own for theirs, own in zip(times, seconds["ours"], strict=True)]
        found[name] = {
            "ms": round(statistics.median(times) * 1e3, 2),
            "times_ours": [round(f(ratios), 2) for f in (statistics.median, min, max)],
            "first_call_s": round(started[name].first, 1),
            "peak_mb": int(peak[name]),
        }
        print(f"  {name:24} {found[name]}", flush=True)
    return found


def shares(stored):
    """Of the machine's rate of matrix products: those of a step forward and twice back, each."""
    rate = 2 * 2048**3 / stored["matrix product"]["competitors"]["ours"]["ms"] / 1e6
    found = {"GFLOP/s of the matrix product": round(rate)}
    for words in (32, 64):
        step = stored[f"step, {words} tokens"]["competitors"]["ours"]["ms"] / 2  # two batches
        operations = 3 * 2 * 512 * words * 256 * 512 + 3 * 2 * 256 * 256 * 128
        found[f"step, {words} tokens"] = round(operations / step / 1e6 / rate, 2)
    return found


def main():
    """Measure what the command line asks for, all contests where nothing is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", required=True)
    parser.add_argument("--only", nargs="*", help="names of contests; the others' figures stay")
    options = parser.parse_args()
    stored = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    ask = "; ".join(f"import {p}; print({p!r}, {p}.__version__)" for p in PEERS)
    said = subprocess.run([options.peers, "-c", ask], capture_output=True, text=True, check=True)
    versions = dict(line.split() for line in said.stdout.splitlines()[-len(PEERS) :])
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(Path(folder))
        for name, (competitors, turns) in CONTESTS.items():
            if not options.only or name in options.only:
                print(name, flush=True)
                found = contest(competitors, turns, folder, options.peers)
                machine = describe() | versions
                stored[name] = {"competitors": found, "rounds": ROUNDS, "machine": machine}
                if {"matrix product", "step, 32 tokens", "step, 64 tokens"} <= stored.keys():
                    stored["share of the matrix product's rate"] = shares(stored)
                TARGET.write_text(json.dumps(stored, indent=1) + "\n")
    print(stored.get("share of the matrix product's rate"))


if __name__ == "__main__":
    main()
