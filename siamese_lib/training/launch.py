"""Start one script in several processes on this machine, and end them all when one of them fails.

Usage: python -m siamese_lib.training.launch --processes 2 [--devices 4] train.py ...

The script calls siamese_lib.training.launch.join() before it uses jax, and gives fit a mesh over
jax.devices(), which are the devices of all processes. --devices simulates that many devices on the
processor in each process; without it process 0 takes the first accelerator, process 1 the second.

You see the output of process 0, and that of another process only if it stops with an error of its
own. It runs on Linux and macOS.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from siamese_lib.validate import require_count

_HEARTBEAT_SECONDS = 20  # a process that is silent for longer counts as dead
_LINES = 60  # how many lines of a failed process's output are shown


def join() -> None:
    """Join this process to the others, so that jax.devices() lists all their devices.

    Call it before anything else. Processes that `python -m siamese_lib.training.launch` started
    find each other; on a TPU pod or under Slurm jax finds the others itself. In a process that runs
    alone it does nothing.

    Raises: RuntimeError where jax has already computed something.
    """
    import jax

    if os.environ.get("SIAMESE_PROCESSES") == "1":
        return
    try:
        jax.distributed.initialize(heartbeat_timeout_seconds=_HEARTBEAT_SECONDS, **_place())
    except ValueError as error:
        if "coordinator_address" not in str(error):
            raise
        return  # jax has found no other process
    sys.excepthook = _leave_at_once


def _place():
    """The arguments that launch has set for this process; none if something else started it."""
    if "SIAMESE_PROCESSES" not in os.environ:
        return {}
    number, address = int(os.environ["SIAMESE_PROCESS"]), os.environ["SIAMESE_COORDINATOR"]
    return {
        "coordinator_address": address,
        "coordinator_bind_address": address,  # by default jax would listen to the whole network
        "num_processes": int(os.environ["SIAMESE_PROCESSES"]),
        "process_id": number,
        "local_device_ids": [number],
    }


def _leave_at_once(kind, error, trace):
    """Print the error and exit at once: jax would first wait minutes for the other processes."""
    sys.__excepthook__(kind, error, trace)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def launch(script: Sequence[str], *, processes: int, devices: int | None = None) -> int:
    """Run the script in that many processes until all have ended, or one has failed.

    script: a list of the file and its arguments. devices: how many to simulate in each process.

    Returns: 0 if all ended well. Otherwise 1: the other processes are ended, and a sentence on
    stderr says which one failed.
    Raises: ValueError where processes or devices is not a whole number of 1 or more.
    """
    require_count(processes=processes)
    settings = {"SIAMESE_PROCESSES": str(processes), "SIAMESE_COORDINATOR": _free_address()}
    settings["PYTHONUNBUFFERED"] = "1"  # what was printed before a kill is not lost
    if devices is not None:
        require_count(devices=devices)
        settings |= {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": str(devices)}
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(1, processes)]
        number, code = _run(script, settings, [None, *files])
        if code > 0 and number > 0:
            files[number - 1].seek(0)
            sys.stderr.buffer.writelines(files[number - 1].readlines()[-_LINES:])
    if code:
        print(f"\n{_said(number, code, processes)}", file=sys.stderr)
    return int(code != 0)


def _free_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def _run(script, settings, outputs):
    """(number, exit code) of the process that failed first; the code is 0 if none failed.

    No process is left running: if one is killed, the others fail or wait for it for ever.
    """
    running: list[subprocess.Popen] = []
    try:
        for number, output in enumerate(outputs):
            process = subprocess.Popen(
                [sys.executable, *script],
                env=os.environ | settings | {"SIAMESE_PROCESS": str(number)},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,  # Ctrl-C reaches the launcher alone
            )  # fmt: skip
            running.append(process)
        return _cause(running)
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def _cause(running):
    """Wait until all have ended well or one has failed, and return what _run does."""
    first: list[int | None] = [None]
    while None in first and not any(first):
        time.sleep(0.02)
        first = [process.poll() for process in running]
    if any(first):
        time.sleep(0.3)  # processes that need a killed one may seem to end before it

    def rank(number):
        # First a killed one, then those that raised, then those aborted because others were gone.
        code = running[number].returncode
        kind = {0: 3, -signal.SIGABRT: 2}.get(code, int(code > 0))
        return kind, not first[number]

    ended = [number for number, process in enumerate(running) if process.poll() is not None]
    number = min(ended, key=rank)
    return number, running[number].returncode


def _said(number, code, processes):
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with code {code}"
    return (
        f"process {number} of {processes} {how}; run the same command again: it goes on from the "
        "last checkpoint"
    )


def _main():
    parser = argparse.ArgumentParser(prog="python -m siamese_lib.training.launch")
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--devices", type=int, help="simulated devices in each process")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="a file and its arguments")
    given = parser.parse_args()
    if not given.script:
        parser.error("name the script to run: train.py")
    for number in (signal.SIGTERM, signal.SIGHUP):  # like Ctrl-C: no process stays behind
        signal.signal(number, signal.default_int_handler)
    try:
        return launch(given.script, processes=given.processes, devices=given.devices)
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(_main())
