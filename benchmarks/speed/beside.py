"""What the contests share: the Python of the peers, their scripts, and batches stored for them."""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.measure import ROOT

PEERS = Path(__file__).resolve().parent / "peers"


def command_line(name):
    """The options of a contest: which Python has the peers."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.speed.{name}")
    parser.add_argument(
        "--peers", default=ROOT / ".venv-peers" / "bin" / "python",
        help="the Python of an environment with peers/requirements.txt; make bench makes one",
    )  # fmt: skip
    return parser


def save_batches(path, batches):
    """Each batch padded to its longest question only: arrays [2, batch, length], in order."""
    stored = {}
    for place, sides in enumerate(batches):
        length = max(int((side != 0).sum(axis=1).max()) for side in sides)
        stored[f"{place:03}"] = np.stack([widen(side[:, :length], length) for side in sides])
    np.savez(path, **stored)


def widen(tokens, width):
    """Tokens [n, length] padded to [n, width]."""
    return np.pad(tokens, ((0, 0), (0, width - tokens.shape[1]))).astype(np.int32)
