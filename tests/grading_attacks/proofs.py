"""Runs an attack where nothing holds it, in a process that is watched and stopped: does it bite?"""

import base64
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HEAD = "import numpy as np, sys, os\n"
CALLED = "\nif 'weighted_mean' in globals(): RESULT = weighted_mean(np.ones(3), np.ones(3))\n"
END = "\nimport time; time.sleep(1); print('reached the end')\n"


def works(proof, source, folder):
    """True where the source does, outside any sandbox, what its proof says."""
    return globals()[f"_{proof.replace(' ', '_')}"](source, folder)


def is_open(source, folder, environment):
    """True where a stealing attack gets through: it then holds a right answer."""
    code = HEAD + source + "\nprint(is_open)"
    done = _run(code, folder, environment=environment, timeout=60)
    return done.stdout.decode().strip().endswith("True")


def is_right(source, folder):
    """True where a library's answer is the right cosine matrix."""
    code = (
        HEAD
        + source
        + "\nprint(np.round(np.asarray(cosines(np.array([[3., 4], [4, 3]])))[0, 1], 4))"
    )
    return _run(code, folder, timeout=60).stdout.strip() == b"0.96"


def _ends(source, folder):
    done = _run(HEAD + source + CALLED + END, folder)
    return b"reached the end" not in done.stdout


def _hangs(source, folder):
    return _still_runs(source, folder, stubborn=False)


def _hangs_on(source, folder):
    return _still_runs(source, folder, stubborn=True)


def _still_runs(source, folder, stubborn):
    process = _start(HEAD + source + CALLED, folder)
    time.sleep(1.5)
    if stubborn:
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    is_running = process.poll() is None
    _stop(process)
    return is_running


def _burns(source, folder):
    process = _start(HEAD + source + "\ntime = __import__('time'); time.sleep(5)", folder)
    time.sleep(2)
    ticks = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().split()[13:15]))
    _stop(process)
    return ticks / os.sysconf("SC_CLK_TCK") > 0.5  # while its main thread only sleeps


def _forks(source, folder):
    count = "count = 0\ndef fork():\n    global count\n    count += 1\n"
    count += "    if count > 500: sys.exit(7)\n"
    return _run(HEAD + count + "os.fork = fork\n" + source, folder).returncode == 7


def _threads(source, folder):
    count = "import threading\nbegun = []\ndef start(self):\n    begun.append(1)\n"
    count += "    if len(begun) > 500: sys.exit(7)\nthreading.Thread.start = start\n"
    return _run(HEAD + count + source, folder).returncode == 7


def _memory(source, folder):
    # The child limits itself: a preexec_fn would fork this process, in which jax has threads.
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
    return b"MemoryError" in _run(HEAD + limit + source, folder).stderr


def _disk(source, folder):
    process = _start(HEAD + source, folder)
    deadline = time.monotonic() + 20
    while (size := _size(folder)) < 40 << 20 and time.monotonic() < deadline:
        time.sleep(0.02)
    _stop(process)
    return size >= 40 << 20


def _floods(source, folder):
    process, seen, deadline = _start(HEAD + source, folder), 0, time.monotonic() + 30
    while seen < 40 << 20 and time.monotonic() < deadline:
        block = process.stdout.read(1 << 20)
        seen += len(block)
        if not block:
            break
    _stop(process)
    return seen >= 40 << 20


def _many_entries(source, folder):
    process = _start(HEAD + source, folder)
    deadline = time.monotonic() + 20
    while (count := len(os.listdir(folder))) < 20_000 and time.monotonic() < deadline:
        time.sleep(0.1)
    _stop(process)
    return count >= 20_000


def _too_deep_to_delete(source, folder):
    _run(HEAD + source, folder)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    except RecursionError:
        return True
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def _many_parts(source, folder):
    """A client that takes no message above 32 MB gets one of 720 MB: the limit is on each part."""
    pair = """
import zmq
context = zmq.Context()
router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
dealer.setsockopt(zmq.MAXMSGSIZE, 32 << 20)
dealer.setsockopt(zmq.RCVHWM, 1)
router.bind("ipc://line")
dealer.connect("ipc://line")
dealer.send(b"hello")
class Kernel:
    shell_stream, _parent_ident = router, {"shell": router.recv_multipart()[:1]}
class Shell:
    kernel = Kernel
get_ipython = lambda: Shell
"""
    end = "\nprint(sum(map(len, dealer.recv_multipart())), flush=True)\nos._exit(0)"
    return int(_run(HEAD + pair + source + end, folder, timeout=60).stdout) > 700 << 20


def _too_deep(source, folder):
    done = _run(HEAD + source + CALLED + "import json; json.dumps(RESULT)", folder)
    return b"RecursionError" in done.stderr


def _pickle(source, folder):
    """What it sends as an answer is a pickle that would run in the reader's process."""
    kept = "class Manager:\n    def write_payload(self, data, single=True):\n"
    kept += "        print(data['results'][0]['pickle'])\n"
    kept += "class Shell:\n    payload_manager = Manager()\nget_ipython = lambda: Shell\n"
    send = "\nget_ipython().payload_manager.write_payload({'results': [{}]})"
    content = base64.b64decode(_run(HEAD + kept + source + send, folder).stdout)
    mark = Path("/tmp/grading_attack_pickle")
    pickle.loads(content)
    was_made = mark.is_dir()
    mark.rmdir()
    return was_made


def _leaks(source, folder):
    done = _run(HEAD + source + CALLED, folder)
    return b"Leak_3_0" in done.stderr


def _run(code, folder, *, environment=None, timeout=30):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, timeout=timeout,
        env=_settings(folder) | (environment or {}),
    )  # fmt: skip


def _start(code, folder):
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=_settings(folder), start_new_session=True,
    )  # fmt: skip


def _settings(folder):
    return os.environ | {"TMPDIR": str(folder), "HOME": str(folder), "OPENBLAS_NUM_THREADS": "1"}


def _stop(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


def _size(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
