"""Limits on what a sandbox holds and computes, against those who hide it; and one that is no liar."""

import tracemalloc

import grading_help
import pytest
from grading_help import needs_sandbox

from instructor.grading import plain, sandbox, usage
from instructor.grading.kernel import Kernel

LIMITS = sandbox.Limits()
# Each tries to hold 400 MB on a disk that may hold 256.
HOLD = {
    "fallocate": "for n in range(40):\n    f = open(f'/tmp/{n}', 'wb'); os.posix_fallocate(f.fileno(), 0, 10 << 20); kept.append(f)",
    "unlinked": "for n in range(40):\n    f = open(f'/tmp/{n}', 'wb'); os.unlink(f.name); f.write(bytes(10 << 20)); f.flush(); kept.append(f)",
    "unreadable": "os.mkdir('/tmp/d')\nos.chmod('/tmp/d', 0o300)\nfor n in range(40):\n    open(f'/tmp/d/{n}', 'wb').write(bytes(10 << 20))",
    "shared memory": "for n in range(40):\n    open(f'/dev/shm/{n}', 'wb').write(bytes(10 << 20))",
    "memfd": "f = os.memfd_create('x')\nfor n in range(40):\n    os.write(f, bytes(10 << 20))",
    "no name ever": "for n in range(40):\n    f = os.open('/tmp', os.O_TMPFILE | os.O_RDWR); os.write(f, bytes(10 << 20)); kept.append(f)",
}  # fmt: skip
# Computing of a child that nobody asks about, or whose parent wants to hear nothing.
COMPUTE = "end = time.process_time() + 9\nwhile time.process_time() < end: pass\nos._exit(0)"
CHILDREN = {
    "never asked about": f"if os.fork() == 0:\n    exec({COMPUTE!r})\ntime.sleep(20)",
    "one after another": f"for _ in range(9):\n    if os.fork() == 0:\n        exec({COMPUTE.replace('9', '1')!r})\n    time.sleep(1.2)",
    "of a child that ends": f"if os.fork() == 0:\n    if os.fork() == 0:\n        exec({COMPUTE!r})\n    os._exit(0)\ntime.sleep(20)",
}  # fmt: skip


@pytest.fixture(scope="module", name="box")
def _box():
    return grading_help.box()


@needs_sandbox()
@pytest.mark.parametrize("name", HOLD)
def test_what_is_held_counts_whatever_names_say(name, box):
    with Kernel(box, LIMITS) as kernel:
        done = kernel.execute(f"import os\nkept = []\n{HOLD[name]}", 20)
        assert done.how in ("error", "disk")
        held = usage.usage(kernel.process.pid, LIMITS.memory)
    assert held.files <= LIMITS.scratch + 1


@needs_sandbox()
@pytest.mark.parametrize("name", CHILDREN)
def test_what_children_compute_counts(name, box):
    with Kernel(box, LIMITS) as kernel:
        code = f"import os, signal, time\ntry:\n    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nexcept OSError:\n    pass\n{CHILDREN[name]}"
        assert kernel.execute(code, 4).how == "time"


@needs_sandbox()
def test_waiting_for_a_core_costs_an_honest_neighbour_nothing(box):
    """Four busy kernels on two cores: each has its seconds of computing."""
    code = "import time\nend = time.process_time() + 4\nwhile time.process_time() < end: pass"
    busy = "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        end = time.time() + 25\n        while time.time() < end: pass\n        os._exit(0)"
    with Kernel(box, LIMITS, slot=1) as other, Kernel(box, LIMITS, slot=1 + 2 * 64) as honest:
        assert other.execute(busy, 20).how == "ok"
        assert honest.execute(code, 5).how == "ok"


def _peak(text):
    tracemalloc.start()
    try:
        plain.loads(text)
    except ValueError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


BIG = 100_000
SWELLING = {
    "long text in an array": '{"array": [null, [2000], ["' + "x" * BIG + '"' + ', "a"' * 1999 + "]]}",
    "an array of nothing": '{"array": ["float64", [0, 99999999999], ""]}',
    "lists in lists": '{"list": [' * 900 + "]}" * 900,
    "many small pieces": '{"list": [' + ",".join(["1"] * BIG) + "]}",
    "many keys": '{"dict": [' + ",".join(f'["k{n}", 1]' for n in range(BIG // 4)) + "]}",
    "zeros": '{"array": ["float64", [3, 0, 4000000000], ""]}',
}  # fmt: skip


@pytest.mark.parametrize("name", SWELLING)
def test_decoding_takes_a_small_multiple_of_the_text(name):
    text = SWELLING[name]
    assert _peak(text) < 40 * len(text) + 1_000_000


@pytest.mark.parametrize("key", ["1", "1.5", "null", "true", '{"tuple": [1]}'])
def test_only_texts_are_keys_so_that_none_are_made_to_collide(key):
    with pytest.raises(ValueError, match="plain value"):
        plain.loads('{"dict": [[' + key + ", 1]]}")


def test_too_many_pieces_are_refused_before_they_are_built():
    with pytest.raises(ValueError, match="pieces"):
        plain.loads('{"list": [' + "[]," * plain.MOST_PIECES + "[]]}")
