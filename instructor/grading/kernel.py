"""A sandboxed IPython kernel, and a client that trusts nothing it says.

The client reads the shell channel only. What learner code prints, shows or floods goes to a
channel that nobody listens to, so it cannot reach the grader, a notebook or a feedback page.
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import zmq
from jupyter_client.session import Session

from instructor.grading import plain, sandbox, seccomp
from instructor.grading.usage import own_megabytes, usage

PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
OURS = (PORTS["shell_port"], PORTS["control_port"])  # channels whose sockets the grader opens
LAUNCHER = Path(__file__).with_name("launcher.py").read_text()
LOOK_EVERY = 0.25  # seconds between looks at what the sandbox uses
ON_THE_CLOCK = 3  # times the seconds of computing: what a cell may take with waiting and sleeping
WAIT_FOR_INTERRUPT = 3
WAIT_FOR_START = 90
WAIT_FOR_END = 30
MOST_HELD = 256  # megabytes by which this process may grow while it waits for one answer
MOST_PARTS = 16  # of a message; Jupyter's have seven


class Done(NamedTuple):
    """how: ok, error, or a limit (a key of learner.WORDS); content: what the kernel replied."""

    how: str
    content: dict[str, Any]


class Kernel:
    """A kernel of its own in a sandbox of its own; a context manager."""

    def __init__(self, box, limits, slot=0, unsafe=False):
        self.limits, self.unsafe = limits, unsafe
        self.begun, self.waited = time.monotonic(), 0.0
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self._connect(unsafe)
        self._start(box, slot, unsafe)
        self.looked, self.last = time.monotonic(), usage(self.process.pid, limits.memory)
        reply, _ = self._request("kernel_info_request", {}, lambda used: None, WAIT_FOR_START)
        if reply is None:
            self.close()
            raise RuntimeError("the kernel did not start; see the sandbox's requirements")

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def execute(self, code, seconds, left=float("inf")):
        """Runs code for at most so many seconds of computing, and three times as many on the clock.

        left: seconds on the clock that the notebook has left. Time spent waiting for a core that
        others use is not counted.
        """
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": False}
        started, held = self._look().computed, own_megabytes()

        def too_much(used):
            if own_megabytes() - held > MOST_HELD:  # one message may have any number of parts
                return "flood"
            if used.computed - started > seconds:
                return "time"
            if used.memory > self.limits.memory:
                return "memory"
            return "disk" if used.files > self.limits.scratch else None

        most = min(ON_THE_CLOCK * seconds, left)
        reply, over = self._request("execute_request", content, too_much, most)
        if reply is None:
            self.close()
        if over or reply is None:
            return Done(over or "gone", {})
        return Done("ok" if reply.get("status") == "ok" else "error", reply)

    def spent(self):
        """Seconds since the start, without those in which it waited for a core."""
        return time.monotonic() - self.begun - self.waited

    def is_alive(self):
        return self.process.poll() is None

    def close(self):
        if self.context.closed:
            return
        self._end_all()
        for end in (self.shell, self.control):
            end.close(linger=0)
        self.context.term()
        # shutil.rmtree gives up on folders as deep as a learner can make them without a sandbox.
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
        inside = self.folder / "inside" if unsafe else sandbox.RUNTIME
        connection = {"transport": "ipc", "ip": str(inside), "key": key, **PORTS}
        connection["signature_scheme"] = "hmac-sha256"
        self.connection = self.folder / "connection.json"
        self.connection.write_text(json.dumps(connection))
        self.connection.chmod(0o644)
        self.opened = {port: self._opened(port) for port in OURS}
        self.context = zmq.Context()
        self.shell, self.control = map(self._socket, OURS)

    def _opened(self, port):
        """A socket that the kernel will answer on, handed over open: inside it has no name."""
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(f"{self.folder}/{port}")
        listening.listen()
        return listening

    def _socket(self, port):
        end = self.context.socket(zmq.DEALER)
        end.setsockopt(zmq.MAXMSGSIZE, self.limits.reply * sandbox.MEGABYTE)
        end.setsockopt(zmq.RCVHWM, 2)  # messages that wait here, asked for or not
        end.connect(f"ipc://{self.folder}/{port}")
        return end

    def _start(self, box, slot, unsafe):
        names = [f"{port}={end.fileno()}" for port, end in self.opened.items()]
        place = str(self.connection) if unsafe else sandbox.CONNECTION
        program = ["-c", LAUNCHER, *names, "-f", place]
        if unsafe:
            refused, command = None, sandbox.plain_command(program)
            settings = sandbox.plain_environment(box, self.folder)
        else:
            refused = _readable(seccomp.program())
            places = {"box": box, "connection": self.connection, "refused": refused}
            command = sandbox.command(program, **places, limits=self.limits, slot=slot)
            settings = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        handed = [end.fileno() for end in self.opened.values()]
        self.process = subprocess.Popen(
            command,
            env=settings,
            cwd=self.folder if unsafe else "/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[*handed, *([refused] if refused else [])],
            preexec_fn=(lambda: sandbox.limit_this_process(self.limits)) if unsafe else None,
        )
        for end in self.opened.values():
            end.close()
        if refused:
            os.close(refused)

    def _request(self, kind, content, too_much, most):
        """(the content of the reply, the limit that was hit), each None where there is none.

        most: seconds, not counting those of waiting for a core. No reply means that the kernel is
        gone, or did not heed an interrupt.
        """
        asked = self.session.send(self.shell, kind, content)["header"]["msg_id"]
        begun, look, over, until = self.spent(), 0.0, None, most
        while self.is_alive():
            if self.shell.poll(50) and (reply := self._receive(asked)) is not None:
                return reply, over
            if time.monotonic() < look:
                continue
            used, gone = self._look(), self.spent() - begun
            look = time.monotonic() + LOOK_EVERY
            found = too_much(used) or ("time" if gone > until else None)
            if found == "flood" or (over and gone > until):
                return None, over or found
            if found and not over:
                over, until = found, gone + WAIT_FOR_INTERRUPT
                self.session.send(self.control, "interrupt_request", {})
        return None, over

    def _look(self):
        """What the sandbox uses now. Adds to self.waited how long it waited since the last look.

        A process that waits while another of the same sandbox computes keeps only itself waiting,
        so computing time is taken off first.
        """
        now, used = time.monotonic(), usage(self.process.pid, self.limits.memory)
        computed = max(0.0, used.computed - self.last.computed)
        idle = max(0.0, now - self.looked - computed)
        self.waited += min(max(0.0, used.waited - self.last.waited), idle)
        self.looked, self.last = now, used
        return used

    def _receive(self, asked):
        try:
            parts = self.shell.recv_multipart(zmq.NOBLOCK)
            if len(parts) > MOST_PARTS or sum(map(plain.pieces, parts)) > plain.MOST_PIECES:
                return None
            message = self.session.deserialize(self.session.feed_identities(parts)[1])
            is_ours = message["parent_header"]["msg_id"] == asked
            return message["content"] if is_ours and isinstance(message["content"], dict) else None
        except Exception:  # a forged or broken message is no answer, whatever it breaks in reading
            return None


def _readable(content):
    """A file descriptor to read a few bytes from."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading
