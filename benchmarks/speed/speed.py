"""Side by side in one run: siamese_lib, PyTorch and Keras at one model, its loss, and miners.

Usage: python -m benchmarks.speed.speed [CONTEST ...] [--peers PYTHON]
Writes siamese_lib/data/results/speed.json; a contest of CONTESTS not named keeps its entry. All
competitors of a task are started and compiled first, then take turns, so that a machine that slows
down slows all of them; a ratio is that of two turns of the same round. Absolute times are of this
machine; nothing else should run on it.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import chosen, describe, store, stored
from benchmarks.speed.beside import PEERS, command_line, save_batches
from siamese_lib.datasets import load_quora
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts

ROUNDS = 7
PACKAGES = ("keras", "tensorflow", "torch", "pytorch_metric_learning")
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
    save_batches(folder / "longest.npz", drawn)
    # Bucketed: pairs of like length share a batch, which then needs little padding.
    pairs = [both for batch in drawn for both in zip(*batch, strict=True)]
    pairs.sort(key=lambda both: max((side != 0).sum() for side in both))
    longest = max(len(side) for both in pairs for side in both)
    rows = [[np.pad(side, (0, longest - len(side))) for side in both] for both in pairs]
    rows = np.array(rows).transpose(1, 0, 2)
    cut = [rows[:, k : k + 256] for k in range(0, rows.shape[1] - 255, 256)]
    save_batches(folder / "buckets.npz", cut)
    vectors = rng.normal(size=(2, 8192, 128))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    np.save(folder / "vectors.npy", vectors.astype(np.float32))
    np.save(folder / "labels.npy", np.repeat(np.arange(256), 4))


def contest(competitors, turns, folder, peers):
    """{competitor: its seconds and ratios to ours}."""
    started = {}
    for name, (module, task) in competitors.items():
        python = sys.executable if module == "ours" else str(peers)
        command = [python, str(PEERS / "worker.py"), module, task, str(folder)]
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


def shares(contests):
    """The share of the machine's rate that a step's matrix products reach, forward and back."""
    rate = 2 * 2048**3 / contests["matrix product"]["competitors"]["ours"]["ms"] / 1e6
    found = {"GFLOP/s of the matrix product": round(rate)}
    for words in (32, 64):
        step = contests[f"step, {words} tokens"]["competitors"]["ours"]["ms"] / 2  # two batches
        # A product costs as much forward as for each of its two gradients: three times in all.
        operations = 3 * 2 * 512 * words * 256 * 512 + 3 * 2 * 256 * 256 * 128
        found[f"step, {words} tokens"] = round(operations / step / 1e6 / rate, 2)
    return found


def versions(peers):
    """{package: version} of the peers."""
    ask = "; ".join(f"import {p}; print({p!r}, {p}.__version__)" for p in PACKAGES)
    said = subprocess.run([peers, "-c", ask], capture_output=True, text=True, check=True)
    return dict(line.split() for line in said.stdout.splitlines()[-len(PACKAGES) :])


def main(arguments):
    """The contests asked for, or all."""
    parser = command_line("speed")
    parser.add_argument("contests", nargs="*", metavar="CONTEST")
    options = parser.parse_args(arguments)
    names, machine = chosen(options.contests, CONTESTS), describe() | versions(options.peers)
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(Path(folder))
        for name in names:
            print(name, flush=True)
            found = contest(*CONTESTS[name], folder, options.peers)
            entry = {"competitors": found, "rounds": ROUNDS, "machine": machine}
            result = stored("speed") | {name: entry}
            if {"matrix product", "step, 32 tokens", "step, 64 tokens"} <= result.keys():
                result["share of the matrix product's rate"] = shares(result)
            store("speed", result)
    print(result.get("share of the matrix product's rate"))


if __name__ == "__main__":
    main(sys.argv[1:])
