"""Attacks on the grading run: crash it, hang it, fill it up, or lie to it in its own language.

Each is (source of cell ex-97-1, what proves it): a word of proofs.py, which runs the source
outside any kernel, in a process that is watched and stopped.
"""

SYS_EXIT = "import sys\nsys.exit(0)"
OS_EXIT = "import os\nos._exit(0)"
SEGMENTATION_FAULT = "import ctypes\nctypes.string_at(0)"
KILLS_ITSELF = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
EXIT_IN_FUNCTION = "import os\ndef weighted_mean(values, weights):\n    os._exit(0)\n"
LATE_EXIT = """
import os, threading
threading.Timer(0.3, os._exit, [0]).start()
"""

INFINITE_LOOP = "while True:\n    pass"
LOOP_IN_FUNCTION = "def weighted_mean(values, weights):\n    while True:\n        pass\n"
DEAF_LOOP = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
HOLDS_THE_LOCK = "import ctypes\nctypes.PyDLL(None).sleep(1000)"
FROZEN_CLOCK = """
import time
time.time = time.monotonic = time.perf_counter = lambda: 0.0
while time.monotonic() < 1:
    pass
"""
BUSY_THREADS = """
import threading
def burn():
    while True:
        pass
for _ in range(20):
    threading.Thread(target=burn, daemon=True).start()
"""

FORK_BOMB = "import os\nwhile True:\n    os.fork()"
THREAD_BOMB = """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
"""
TEN_GIGABYTES = "block = bytearray(10 << 30)"
MEMORY_IN_STEPS = """
blocks = []
while True:
    blocks.append(bytearray(64 << 20))
"""
MANY_FILES = """
import os, itertools
for number in itertools.count():
    with open(f"{os.environ['TMPDIR']}/{number}", "wb") as file:
        file.write(bytes(1 << 20))
"""
ONE_LARGE_FILE = """
import os
with open(os.environ["TMPDIR"] + "/large", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
"""
FILLS_THE_SOCKETS_FOLDER = """
import os, glob
place = "/opt/run" if os.path.isdir("/opt/run") else os.environ["TMPDIR"]
number = 0
while True:
    number += 1
    with open(f"{place}/{number}", "wb") as file:
        file.write(bytes(1 << 20))
"""
MANY_EMPTY_FILES = """
import os
place = "/opt/run" if os.path.isdir("/opt/run") else os.environ["TMPDIR"]
number = 0
while True:
    number += 1
    os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_WRONLY))
"""
DEEP_FOLDERS = """
import os
place = "/opt/run" if os.path.isdir("/opt/run") else os.environ["TMPDIR"]
here = os.open(place, os.O_RDONLY)
for _ in range(20_000):
    os.mkdir("d", dir_fd=here)
    here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
    os.close(above)
"""
OUTPUT_FLOOD = "while True:\n    print('x' * 100_000)"
ERROR_FLOOD = """
import sys
def weighted_mean(values, weights):
    raise ValueError("x" * 100_000_000)
try:
    weighted_mean(1, 1)
except ValueError as error:
    print(error)
"""

REPLY_OF_MANY_PARTS = """
import threading
kernel = get_ipython().kernel
ident = kernel._parent_ident["shell"]
ident = ident if isinstance(ident, list) else [ident]
def flood(part=bytes(30 << 20)):
    socket = getattr(kernel.shell_stream, "socket", kernel.shell_stream)
    while True:
        socket.send_multipart([*ident, b"<IDS|MSG>"] + [part] * 24, copy=False)
threading.Thread(target=flood, daemon=True).start()
threading.Event().wait(5)
"""
HUGE_ANSWER = """
def weighted_mean(values, weights):
    return np.zeros(50_000_000)
print(len(bytes(weighted_mean(1, 1))) * "x")
"""
DEEP_ANSWER = """
def weighted_mean(values, weights):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
"""

FORGED_REPLIES = """
import json, threading, time
def forge():
    kernel = get_ipython().kernel
    right = {"array": ["float64", [], "AAAAAAAA8D8="]}
    while True:
        parent = kernel.get_parent("shell")
        payload = [{"source": "answers", "nonce": "0", "points": 15, "score": 1.0,
                    "results": [{"answer": json.dumps(right), "share": 1.0, "points": 10}] * 2}]
        content = {"status": "ok", "payload": payload, "score": 15, "execution_count": 1}
        ident = kernel.get_parent_ident("shell") if hasattr(kernel, "get_parent_ident") else None
        kernel.session.send(kernel.shell_stream, "execute_reply", content, parent=parent,
                            ident=ident or kernel._parent_ident["shell"])
        time.sleep(0.01)
threading.Thread(target=forge, daemon=True).start()
"""
FORGED_PAYLOAD = """
manager = get_ipython().payload_manager
true_write = manager.write_payload
def write_payload(data, single=True):
    if "nonce" in data:
        data["results"] = [{"answer": "1.0", "points": 10, "score": 10, "share": 1.0}
                           for _ in data["results"]]
        data |= {"points": 10, "score": 10, "passed": True}
    true_write(data, single)
manager.write_payload = write_payload
"""
PICKLED_ANSWER = """
import base64, pickle, os
class Bomb:
    def __reduce__(self):
        return os.mkdir, ("/tmp/grading_attack_pickle",)
bomb = base64.b64encode(pickle.dumps(Bomb())).decode()
manager = get_ipython().payload_manager
true_write = manager.write_payload
def write_payload(data, single=True):
    answer = '{"array": ["object", [1], "%s"]}' % bomb
    data["results"] = [{"answer": answer, "pickle": bomb} for _ in data.get("results", [])]
    true_write(data, single)
manager.write_payload = write_payload
"""
UNKNOWN_ERROR = """
class Data_0123456789_hidden(Exception):
    pass
def weighted_mean(values, weights):
    raise type("Leak_%s" % str(values.sum()).replace(".", "_"), (Exception,), {})(str(values))
"""

PROOFS = {
    "ends": (SYS_EXIT, OS_EXIT, SEGMENTATION_FAULT, KILLS_ITSELF, LATE_EXIT, EXIT_IN_FUNCTION),
    "hangs": (INFINITE_LOOP, LOOP_IN_FUNCTION, FROZEN_CLOCK, HOLDS_THE_LOCK),
    "hangs on": (DEAF_LOOP,),
    "burns": (BUSY_THREADS,),
    "forks": (FORK_BOMB,),
    "threads": (THREAD_BOMB,),
    "memory": (TEN_GIGABYTES, MEMORY_IN_STEPS),
    "disk": (MANY_FILES, ONE_LARGE_FILE, FILLS_THE_SOCKETS_FOLDER),
    "many entries": (MANY_EMPTY_FILES,),
    "too deep to delete": (DEEP_FOLDERS,),
    "many parts": (REPLY_OF_MANY_PARTS,),
    "floods": (OUTPUT_FLOOD, ERROR_FLOOD, HUGE_ANSWER),
    "too deep": (DEEP_ANSWER,),
    "lies": (FORGED_REPLIES, FORGED_PAYLOAD),
    "pickle": (PICKLED_ANSWER,),
    "leaks": (UNKNOWN_ERROR,),
}
NAMES = {source: name.lower() for name, source in globals().items() if isinstance(source, str)}
ATTACKS = {NAMES[source]: source for group in PROOFS.values() for source in group}
PROOF = {NAMES[source]: proof for proof, group in PROOFS.items() for source in group}
