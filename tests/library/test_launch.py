"""Several processes of one script: how they end, and that a killed run goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from siamese_lib.training import launch as launching
from siamese_lib.training.launch import launch

ROOT = Path(__file__).parents[2]
LAST = "; run the same command again: it goes on from the last checkpoint"
TRAIN = """
import os, signal, sys, time
from pathlib import Path
from siamese_lib.training.launch import join
join()
import jax, numpy as np, optax
from flax import nnx
from siamese_lib.losses import info_nce_loss
from siamese_lib.training import encode, fit, save

folder, victims = Path(sys.argv[1]), sys.argv[2:]
process = jax.process_index()
batches = np.random.default_rng(0).normal(size=(3, 2, 8, 4)).astype(np.float32)

def of_epoch(epoch):
    with open(folder / f"epochs_{process}", "a") as log:
        log.write(str(epoch))
    for step, batch in enumerate(batches):
        killed = folder / f"killed_{epoch}"
        if f"{epoch}:{process}" in victims and step == 1 and not killed.exists():
            killed.touch()
            while not (folder / "run" / str(epoch)).exists():  # still being written
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        yield tuple(batch * (1 + epoch))

model = nnx.Linear(4, 3, rngs=nnx.Rngs(0))
history = fit(model, lambda m, a, p: info_nce_loss(m(a), m(p)).mean(), of_epoch, epochs=3,
              optimizer=optax.adam(0.1), progress=False, checkpoint=folder / "run",
              validate=lambda m: encode(m, batches[0, 0]).sum(),
              mesh=jax.make_mesh((jax.device_count(),), ("batch",)))
save(model, folder / f"weights_{process}")
np.save(folder / f"loss_{process}.npy", history["loss"] + history["validation"])
print("ended with", jax.device_count(), "devices")
"""


def start(folder, code, *arguments, processes=2):
    """The launcher on a script with this code, on its way."""
    script = folder / "train.py"
    script.write_text(code)
    return subprocess.Popen(
        [sys.executable, "-m", "siamese_lib.training.launch", "--processes", str(processes),
         "--devices", "2", script, *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(*given, **options):
    """(exit code, stdout, lines of stderr) of the launcher; it may take a minute, and its start."""
    with start(*given, **options) as launcher:
        out, error = launcher.communicate(timeout=600)
    return launcher.returncode, out, error.splitlines()


def test_a_killed_process_ends_the_run_and_the_same_command_goes_on(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    _, out, _ = run(tmp_path, TRAIN, whole)
    assert out.endswith("ended with 4 devices\n")  # the runtime has its own lines before it
    # Process 1 is killed in the second epoch; process 0, the coordinator, in the third.
    same_command = (tmp_path, TRAIN, broken, "1:1", "2:0")
    for victim in (1, 0):
        code, out, error = run(*same_command)
        assert (code, "ended" in out) == (1, False)
        assert error[-1] == f"process {victim} of 2 was ended by SIGKILL{LAST}"
    assert run(*same_command)[0] == 0
    # Stopped in epoch 1, on from there and stopped in epoch 2, on from there.
    assert (broken / "epochs_0").read_text() == "01" + "12" + "2"
    for process in (0, 1):
        weights = (folder / f"weights_{process}" for folder in (whole, broken))
        assert len({path.read_bytes() for path in weights}) == 1
        np.testing.assert_array_equal(
            np.load(broken / f"loss_{process}.npy"), np.load(whole / f"loss_{process}.npy")
        )
    assert (broken / "run" / "3").is_dir()


QUICK = """
import os, sys, time
process = int(os.environ["SIAMESE_PROCESS"])
print("here is", process, flush=True)
open(f"{sys.argv[1]}.{process}", "w").write(str(os.getpid()))
if sys.argv[2] == str(process):
    raise OSError("the disk is full")
time.sleep(float(sys.argv[3]))
"""


def test_an_error_in_another_process_is_shown_and_the_sentence_comes_last(tmp_path, capfd):
    (tmp_path / "quick.py").write_text(QUICK)
    assert launch([tmp_path / "quick.py", tmp_path / "pid", "1", "600"], processes=2) == 1
    error = capfd.readouterr().err.splitlines()
    assert "OSError: the disk is full" in error
    assert error[-1] == f"process 1 of 2 stopped with code 1{LAST}"


def test_only_process_0_is_heard_where_all_end_well(tmp_path, capfd):
    (tmp_path / "quick.py").write_text(QUICK)
    assert launch([tmp_path / "quick.py", tmp_path / "pid", "none", "0"], processes=2) == 0
    assert capfd.readouterr() == ("here is 0\n", "")


class Ending:
    """A process whose exit code is seen to be one after the other of these, then the last."""

    def __init__(self, *codes):
        self.codes, self.returncode = list(codes), None

    def poll(self):
        self.returncode = self.codes.pop(0) if len(self.codes) > 1 else self.codes[0]
        return self.returncode


@pytest.mark.parametrize(("processes", "cause"), [
    ([Ending(None, 1), Ending(None, None, -9)], (1, -9)),  # seen late, and killed nevertheless
    ([Ending(None, -6), Ending(None, 1), Ending(0)], (1, 1)),
    ([Ending(None, None, 1), Ending(None, 1)], (1, 1)),  # the first to raise
    ([Ending(None, 0), Ending(0)], (0, 0)),
])  # fmt: skip
def test_the_cause_is_told_from_what_follows(processes, cause):
    assert launching._cause(processes) == cause


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all(tmp_path, number):
    with start(tmp_path, QUICK, tmp_path / "pid", "none", 600) as launcher:
        files = [tmp_path / f"pid.{process}" for process in (0, 1)]
        while not all(file.exists() and file.read_text() for file in files):
            assert launcher.poll() is None
            time.sleep(0.05)
        launcher.send_signal(number)
        launcher.communicate(timeout=600)
    assert launcher.returncode == 130
    for file in files:
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)


def test_errors():
    with pytest.raises(ValueError, match="processes is 0"):
        launch(["train.py"], processes=0)
    with pytest.raises(ValueError, match="devices is 0"):
        launch(["train.py"], processes=1, devices=0)
