"""The sandbox: what is not there, what is limited, and what a broken cell costs."""

import os
import socket
import subprocess
import sys

import grading_help
import psutil
import pytest
from grading_attacks import harm
from grading_help import ROOT, needs_sandbox

from instructor.grading import box as boxes
from instructor.grading import kernel as kernels
from instructor.grading import sandbox
from instructor.grading.kernel import Kernel
from instructor.grading.learner import WORDS, Learner
from instructor.labs.exercise import Part
from instructor.labs.judges import close

pytestmark = needs_sandbox()
LIMITS = sandbox.Limits()
LOOK = """
import importlib, os, socket, sys
names = set()
for folder, inner, files in os.walk("/"):
    inner[:] = [n for n in inner if os.path.join(folder, n) not in ("/proc", "/dev", "/usr/bin")]
    names |= {os.path.join(folder, name) for name in (*inner, *files)}
found = {
    "names": sorted(n for n in names if any(word in n for word in WORDS)),
    "user": (os.getuid(), os.getgid(), os.getgroups()),
    "writable": sorted({d for d in map(os.path.dirname, names) if os.access(d, os.W_OK)}),
    "environment": dict(os.environ),
    "processes": [p for p in os.listdir("/proc") if p.isdigit()],
    "networks": [name for _, name in socket.if_nameindex()],
    "capabilities": open("/proc/self/status").read().split("CapEff:")[1].split()[0],
}
"""
PRIVATE = ["instructor", "nbgrader", "gradebook", "submitted", "sklearn", "lab_data"]
PRIVATE += ["box/scipy/stats", "box/scipy/spatial", "siamese_lib/checks/"]
LOOK = LOOK.replace("WORDS", repr(PRIVATE))


@pytest.fixture(scope="module", name="box")
def _box():
    return grading_help.box()


@pytest.fixture(scope="module")
def kernel(box):
    with Kernel(box, LIMITS) as running:
        yield running


def ask(kernel, expression, code="", cases=((),), seconds=30):
    """Runs code, then asks an expression, through the door that grading uses."""
    learner = Learner(lambda: kernel, LIMITS)
    if code:
        assert learner.run(code, 30) is None, learner.content
    part = Part("", 1, None, expression, None, seconds=seconds)
    ((answer, reason),) = learner.ask(part, list(cases))
    return reason or answer


@pytest.fixture(scope="module")
def look(kernel):
    os.environ["GRADING_TEST_SECRET"] = "1"
    return ask(kernel, "found", LOOK)


def test_nothing_of_the_grader_s_is_there(look):
    assert look["names"] == []


def test_its_user_is_nobody_else_s_and_may_do_nothing(look):
    if os.getuid() == 0:
        assert look["user"][0] == look["user"][1] >= sandbox.FIRST_USER
        assert look["user"][2] == []
    assert int(look["capabilities"], 16) == 0


def test_only_scratch_is_writable(look):
    allowed = ("/tmp", "/dev/shm", sandbox.RUNTIME)
    assert all(place.startswith(allowed) for place in look["writable"])


def test_it_sees_no_process_network_or_setting_of_the_grader_s(look):
    assert len(look["processes"]) <= 4
    assert look["networks"] == ["lo"]
    assert "GRADING_TEST_SECRET" not in look["environment"]
    assert str(ROOT) not in str(look["environment"])


def test_a_server_outside_cannot_be_reached(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()  # from outside it can
        code = f"import socket\ncode = socket.socket().connect_ex(('127.0.0.1', {port}))"
        assert ask(kernel, "code", code) != 0


@pytest.mark.parametrize("name", boxes.LIBRARY)
def test_what_labs_may_use_works(name, kernel):
    module = f"siamese_lib.{name.removesuffix('.py')}" if name != "data" else "siamese_lib.datasets"
    assert ask(kernel, "1", f"import {module}") == 1


def test_what_labs_do_not_need_of_a_room_is_left_out_and_not_handed_on(kernel):
    for name in boxes.NOT_NEEDED:
        module = f"siamese_lib.{name.replace('/', '.')}"
        assert ask(kernel, f"__import__('importlib.util').util.find_spec({module!r}) is None")
    handed_on = "sorted(__import__('siamese_lib.training').training.__all__)"
    assert ask(kernel, handed_on) == ["encode", "fit", "load", "load_best", "save"]


@pytest.mark.parametrize(
    "name",
    [
        "losses",
        "losses.mining",
        "energy",
        "evaluation",
        "evaluation.metrics",
        "encoders",
        "recipes",
        "explorers",
    ],
)
def test_what_labs_ask_for_cannot_be_imported(name, kernel):
    code = (
        f"try:\n    import siamese_lib.{name}\n    got = True\nexcept ImportError:\n    got = False"
    )
    assert ask(kernel, "got", code) is False


def test_given_data_is_there(kernel):
    code = "from siamese_lib.datasets import load_questions\npairs = load_questions('train')"
    assert ask(kernel, "len(pairs.question1)", code) > 100


def test_the_emptied_losses_leave_the_optimizers_alone(kernel):
    code = """
import jax.numpy as jnp, optax
optimizer = optax.adam(0.1)
update, _ = optimizer.update(jnp.ones(2), optimizer.init(jnp.ones(2)))
try:
    optax.losses.cosine_similarity(jnp.ones(2), jnp.ones(2))
    worked = True
except NotImplementedError:
    worked = False
"""
    assert ask(kernel, "(worked, update.shape[0])", code) == (False, 2)


def test_the_installed_optax_is_untouched(box):
    import jax.numpy as jnp
    import optax

    assert optax.losses.cosine_similarity(jnp.ones(2), jnp.ones(2)) > 0.99


def test_a_question_sees_its_inputs_and_changes_no_variable_of_the_learner_s(kernel):
    code = "case = 'mine'\nplain = 3\ndef twice(x): return 2 * x"
    assert ask(kernel, "twice(*case)", code, cases=[(4,)]) == 8
    assert ask(kernel, "case_before if 'case_before' in globals() else 'none'") == "none"
    assert ask(kernel, "globals().get('plain')") == 3


def test_each_case_answers_for_itself(kernel):
    learner = Learner(lambda: kernel, LIMITS)
    learner.run("def inverse(x): return 1 / x", 30)
    part = Part("", 1, None, "y = case[0]\ninverse(y)", close(None))
    answers = learner.ask(part, [(2.0,), (0.0,), (4.0,)])
    why = "raised ZeroDivisionError (in: def inverse(x): return 1 / x)"
    assert answers == [(0.5, None), (None, why), (0.25, None)]


@pytest.mark.parametrize(
    ("code", "how"),
    [("while True: pass", "time"), ("import time; time.sleep(60)", "time"),
     ("x = bytearray(10 << 30)", "error"), ("import os; os.fork() and None", "ok"),
     ("open('/tmp/x', 'wb').write(bytes(100 << 20))", "error")],
)  # fmt: skip
def test_a_limit_costs_the_cell_and_not_the_kernel(kernel, code, how):
    assert kernel.execute(code, 2).how == how
    assert kernel.execute("1 + 1", 10).how == "ok"


def test_a_kernel_that_was_lost_is_replaced_and_what_ran_before_runs_again(box):
    with Learner(lambda: Kernel(box, LIMITS), LIMITS) as learner:
        assert learner.run("a = 1", 5) is None
        assert learner.run("import os; os._exit(1)", 5) == "stopped its kernel"
        assert learner.run("b = a + 1", 5) is None
        part = Part("", 1, None, "a + b", None)
        assert learner.ask(part, [()]) == [(3, None)]
        assert learner.starts == 2


def test_nothing_of_a_closed_kernel_is_left_to_count_against_the_next_one(box):
    many = "import os, time\nfor _ in range(80):\n    if not os.fork():\n        time.sleep(600)"
    with Kernel(box, LIMITS) as lost:
        assert lost.execute(many, 20).how == "ok"  # a kernel that is lost would be closed here
        inside = psutil.Process(lost.process.pid).children(recursive=True)
    assert len(inside) > 80
    assert not [process for process in inside if process.is_running()]


def test_restarts_end(box):
    with Learner(lambda: Kernel(box, LIMITS), LIMITS) as learner:
        ends = [learner.run("import os; os._exit(1)", 5) for _ in range(7)]
    assert ends[4] == "stopped its kernel" and "was not run" in ends[6]


def test_two_sandboxes_are_two_users(box):
    if os.getuid() != 0:
        pytest.skip("another user needs root; a user namespace of its own does it otherwise")
    with Kernel(box, LIMITS, slot=1) as one, Kernel(box, LIMITS, slot=2) as two:
        code = "import os"
        assert ask(one, "os.getuid()", code) != ask(two, "os.getuid()", code)


def test_without_bubblewrap_grading_refuses_and_says_how(tmp_path):
    (tmp_path / "handed" / "ada").mkdir(parents=True)
    words = [sys.executable, "-m", "instructor.grading.grade", str(tmp_path / "handed")]
    words += ["--out", str(tmp_path / "out")]
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(words, cwd=ROOT, text=True, env=environment, capture_output=True)
    assert done.returncode == 1
    for word in ("no bwrap here", "apt install bubblewrap", "UNSAFE=1"):
        assert word in done.stderr
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_what_to_use(platform, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(RuntimeError, match=f"needs Linux, and this is {platform}: .* WSL$"):
        sandbox.require_sandbox()


@pytest.mark.parametrize("name", [n for n, proof in harm.PROOF.items() if proof == "lies"])
def test_a_forged_message_does_arrive_and_is_only_an_answer(name, box, monkeypatch):
    """No straw men: what they forge reaches the grader, in place of the true answer, 2."""
    arrived, receive = [], Kernel._receive

    def watch(self, asked):
        arrived.append(receive(self, asked))
        return arrived[-1]

    monkeypatch.setattr(Kernel, "_receive", watch)
    with Learner(lambda: Kernel(box, LIMITS), LIMITS) as learner:
        learner.run(harm.ATTACKS[name], 10)
        answers = learner.ask(Part("", 1, None, "1 + 1", None), [()])
    assert any("score" in str(message) for message in arrived)
    assert answers in ([(None, "gave no answer")], [(1.0, None)])


def test_a_reply_of_many_parts_is_given_up_before_it_fills_the_grader(box, monkeypatch):
    monkeypatch.setattr(kernels, "MOST_HELD", 200)  # a part of one message of the attack
    with Learner(lambda: Kernel(box, LIMITS), LIMITS) as learner:
        assert learner.run(harm.ATTACKS["reply_of_many_parts"], 10) == WORDS["flood"]
        assert learner.run("1 + 1", 10) is None
