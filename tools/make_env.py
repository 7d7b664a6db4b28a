"""Make .venv and install requirement files into it; a second call with the same files does nothing.

Runs on any Python 3, so that an old one gets a sentence instead of a syntax error.
Usage: python tools/make_env.py requirements.txt [more.txt ...] [--resolution lowest-direct]

lowest-direct takes the lowest versions that the first file allows; the tests' tools stay new.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VERSION = ".".join(map(str, sys.version_info[:2]))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")


def stop(sentence):
    sys.exit("make: " + sentence)


def require_python():
    if sys.version_info < (3, 11):  # noqa: UP036, an old Python gets this far
        stop(
            f"this is Python {VERSION}, but the course needs 3.11 or newer; install one from "
            "python.org or your package manager and name it: `make lab PYTHON=python3.12`"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "this Python has no venv module; on Debian or Ubuntu run "
            f"`sudo apt install python{VERSION}-venv`, then the same command again"
        )


def wanted(files):
    """A digest of everything that decides what is installed, the resolution aside."""
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in (*files, "pyproject.toml"))
    return hashlib.sha256((sys.version + " ".join(files) + text).encode()).hexdigest()


def noted(stamp):
    """What an earlier call wrote: its resolution, and a digest for each set of files it covers."""
    lines = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    return ("lowest-direct" if "lowest-direct" in lines else "highest"), lines


def install(files, resolution, is_new):
    if is_new or not (BIN / ("python.exe" if os.name == "nt" else "python")).exists():
        print("making .venv")
        import venv

        venv.create(VENV, with_pip=True, clear=True)
    python = str(BIN / "python")
    asked = [part for name in files for part in ("-r", name)] + ["-e", "."]
    pip = [python, "-m", "pip"]
    print("installing", ", ".join(files), "(a minute the first time)", flush=True)
    # uv installs in seconds; where it cannot be had or fails, pip does the same work slowly.
    run = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    got_uv = subprocess.run([*pip, "install", "-q", "uv"], **run)
    uv = [python, "-m", "uv", "pip", "install", "-q", "--python", python]
    if resolution != "highest":
        # Wheels alone: a Python newer than the lowest numpy would compile it.
        low = [*uv, "--resolution", resolution, "--only-binary", ":all:", "-r", files[0], "-e", "."]
        done = subprocess.run(low, **run)
        if done.returncode != 0:
            stop("uv could not install the lowest versions:\n" + done.stdout[-3000:])
    if got_uv.returncode == 0 and subprocess.run([*uv, *asked], **run).returncode == 0:
        return
    done = subprocess.run([*pip, "install", "-q", *asked], **run)
    if done.returncode != 0:
        print(done.stdout[-3000:], file=sys.stderr)
        stop(
            "the packages could not be installed; if the lines above speak of a connection, check "
            "the network (a proxy goes into HTTPS_PROXY) and run the same command again"
        )


def main(words):
    require_python()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", default=["requirements.txt"])
    parser.add_argument("--resolution", choices=["highest", "lowest-direct"], default="highest")
    asked = parser.parse_args(words)
    files, resolution, stamp = asked.files, asked.resolution, VENV / "installed"
    before, covered = noted(stamp)
    if before == resolution and wanted(files) in covered:
        return
    # What is installed and fits its range would stay, so another resolution starts from nothing.
    install(files, resolution, is_new=before != resolution)
    # Once more than requirements.txt is installed, that file alone is covered as well.
    lines = [resolution, *sorted({wanted(files), wanted(files[:1])})]
    stamp.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
