"""A sandboxed IPython kernel, and a client that trusts nothing it says.

The client reads the shell channel only. What learner code prints, shows or floods goes to a
channel that nobody listens to, so it cannot reach the grader, a notebook or a feedback page.
"""

import contextlib
import json
import os
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import zmq
from jupyter_client.session import Session

from instructor.grading import sandbox

PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
LOOK_EVERY = 0.25  # seconds between looks at what the sandbox uses
WAIT_FOR_INTERRUPT = 3
WAIT_FOR_START = 90
WAIT_FOR_END = 30
MOST_HELD = 512  # megabytes by which this process may grow while it waits for one answer
SMALLEST = 4096  # bytes that an entry of a folder counts for, were it empty
DEEPEST = 50  # folders in folders


class Done(NamedTuple):
    """How a request ended: ok, error, or a limit (learner.WORDS); content is the kernel's reply."""

    how: str
    content: dict[str, Any]


class Kernel:
    """A kernel of its own in a sandbox of its own; a context manager."""

    def __init__(self, box, limits, slot=0, unsafe=False):
        self.limits, self.unsafe = limits, unsafe
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self.runtime = self.folder / "run"
        self.runtime.mkdir()
        self._connect(unsafe)
        self._start(box, slot, unsafe)
        reply, _ = self._request("kernel_info_request", {}, lambda: None, WAIT_FOR_START)
        if reply is None:
            self.close()
            raise RuntimeError("the kernel did not start; see the sandbox's requirements")

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def execute(self, code, seconds):
        """Runs code for so many seconds of computing (three times as many on the clock)."""
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": False}
        started, held = self._usage()[0], _own_megabytes()

        def too_much():
            if _own_megabytes() - held > MOST_HELD:  # one message may have any number of parts
                return "flood"
            computed, memory, disk = self._usage()
            if computed - started > seconds:
                return "time"
            if memory > self.limits.memory:
                return "memory"
            return "disk" if disk > self.limits.scratch else None

        reply, over = self._request("execute_request", content, too_much, 3 * seconds)
        if reply is None:
            self.close()
        if over or reply is None:
            return Done(over or "gone", {})
        return Done("ok" if reply.get("status") == "ok" else "error", reply)

    def is_alive(self):
        return self.process.poll() is None

    def close(self):
        if self.context.closed:
            return
        self._end_all()
        for socket in (self.shell, self.control):
            socket.close(linger=0)
        self.context.term()
        # shutil.rmtree gives up on folders as deep as a learner can make them.
        subprocess.run(["rm", "-rf", "--", str(self.folder)], stderr=subprocess.DEVNULL)

    def _end_all(self):
        """Ends the first process of the sandbox, which takes all others along, then bwrap.

        Killed first, bwrap would leave them ending behind it, and as the same user they would
        count against the limit on processes of the slot's next kernel, which then may not start.
        """
        with contextlib.suppress(psutil.Error, subprocess.TimeoutExpired):
            inside = psutil.Process(self.process.pid).children()
            for process in inside:
                process.kill()
            if inside and not self.unsafe:
                self.process.wait(WAIT_FOR_END)
        self.process.kill()
        self.process.wait()

    def _connect(self, unsafe):
        key = secrets.token_hex(32)
        self.session = Session(key=key.encode(), signature_scheme="hmac-sha256")
        inside = self.runtime if unsafe else Path(sandbox.RUNTIME)
        connection = {"transport": "ipc", "ip": str(inside / "kernel"), "key": key, **PORTS}
        connection["signature_scheme"] = "hmac-sha256"
        self.connection = self.folder / "connection.json"
        self.connection.write_text(json.dumps(connection))
        self.connection.chmod(0o644)
        self.context = zmq.Context()
        self.shell, self.control = (self._socket(PORTS[f"{n}_port"]) for n in ("shell", "control"))

    def _socket(self, port):
        socket = self.context.socket(zmq.DEALER)
        socket.setsockopt(zmq.MAXMSGSIZE, self.limits.reply * sandbox.MEGABYTE)
        socket.setsockopt(zmq.RCVHWM, 2)  # messages that wait here, asked for or not
        socket.connect(f"ipc://{self.runtime}/kernel-{port}")
        return socket

    def _start(self, box, slot, unsafe):
        if unsafe:
            program = ["-m", "ipykernel_launcher", "-f", str(self.connection)]
            command = sandbox.plain_command(program)
            settings = sandbox.plain_environment(box, self.folder)
        else:
            sandbox.prepare(self.runtime, slot)
            program = ["-m", "ipykernel_launcher", "-f", sandbox.CONNECTION]
            places = {"box": box, "runtime": self.runtime, "connection": self.connection}
            command = sandbox.command(program, **places, limits=self.limits, slot=slot)
            settings = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        self.process = subprocess.Popen(
            command,
            env=settings,
            cwd=self.folder if unsafe else "/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: sandbox.limit_this_process(self.limits)) if unsafe else None,
        )

    def _request(self, kind, content, too_much, seconds):
        """The content of the reply and what limit was hit, each None where there is none.

        Without a reply the kernel is gone, or heeds no interrupt.
        """
        asked = self.session.send(self.shell, kind, content)["header"]["msg_id"]
        deadline, look, over = time.monotonic() + seconds, 0.0, None
        while self.is_alive():
            if self.shell.poll(50) and (reply := self._receive(asked)) is not None:
                return reply, over
            now = time.monotonic()
            if now > deadline and over:
                return None, over
            if now > look:
                found, look = too_much() or ("time" if now > deadline else None), now + LOOK_EVERY
                if found == "flood":
                    return None, found
                if found and not over:
                    over = found
                    self.session.send(self.control, "interrupt_request", {})
                    deadline = now + WAIT_FOR_INTERRUPT
        return None, over

    def _receive(self, asked):
        try:
            _, message = self.session.recv(self.shell, mode=zmq.NOBLOCK, content=True)
            is_ours = message["parent_header"]["msg_id"] == asked
            return message["content"] if is_ours and isinstance(message["content"], dict) else None
        except Exception:  # a forged or broken message is no answer, whatever it breaks in reading
            return None

    def _usage(self):
        """Seconds computed, megabytes of memory, megabytes in the folder of the sockets."""
        computed, resident, processes = 0.0, 0, []
        with contextlib.suppress(psutil.Error):
            top = psutil.Process(self.process.pid)
            processes = [top, *top.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.Error):
                computed += sum(process.cpu_times()[:4])
                resident += process.memory_info().rss
        if resident > self.limits.memory * sandbox.MEGABYTE:  # counts what is shared twice
            resident = sum(_own_memory(process) for process in processes)
        disk = _size(self.runtime, self.limits.scratch * sandbox.MEGABYTE)
        return computed, resident / sandbox.MEGABYTE, disk / sandbox.MEGABYTE


def _own_memory(process):
    with contextlib.suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def _own_megabytes():
    return psutil.Process().memory_info().rss / sandbox.MEGABYTE


def _size(folder, most):
    """Bytes in a folder and below; counting ends where they are too many, or lie too deep."""
    total, waiting = 0, [(folder, 0)]
    while waiting and total <= most:
        place, depth = waiting.pop()
        if depth > DEEPEST:
            return most + 1
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                total += max(SMALLEST, entry.stat(follow_symlinks=False).st_size)
                if total > most:
                    break
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
    return total
