"""Build the package that is published, once everything names the same version.

Usage: python tools/package.py v0.2.0        writes dist/package/; make package TAG=v0.2.0 does this
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "OWNER/" + "REPOSITORY"  # in two pieces, so that this file does not hold it
NOT_PUBLISHED = ("tests/", "instructor/")  # they may speak of the placeholder
# All that a package holds. The labs' solutions and what graders ask lie in other folders.
IN_PACKAGE = re.compile(
    r"siamese_lib/|siamese_lib[-\w.]*\.(egg-info|dist-info)/"
    r"|(LICENSE|README\.md|PKG-INFO|MANIFEST\.in|pyproject\.toml|setup\.cfg)$"
)


def main(tag):
    if said := problems(ROOT, tag):
        sys.exit("package: " + "\npackage: ".join(said))
    folder = ROOT / "dist" / "package"
    shutil.rmtree(folder, ignore_errors=True)
    words = [sys.executable, "-m", "uv", "build", "--quiet", "--no-create-gitignore"]
    subprocess.run([*words, "--out-dir", folder, ROOT], check=True)
    if astray := [name for path in sorted(folder.iterdir()) for name in strays(path)]:
        sys.exit("package: these files must not be published: " + ", ".join(astray))
    print(f"{folder}: ready to publish")


def problems(root, tag):
    """Sentences on what to fix before `tag` (v1.2.3) is published; none when all is well."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    said = []
    if tag != f"v{version}":
        said.append(f"the tag is {tag!r}, but pyproject.toml says {version}: give v{version}")
    for name, pattern in (
        ("CHANGELOG.md", r"^## (\d\S*)"),
        ("CITATION.cff", r"^version: *(\S+)"),
        ("siamese_lib/__init__.py", r'^__version__ = "(.*)"'),
    ):
        found = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        if not found or found[1] != version:
            newest = found[1] if found else "no version"
            said.append(f"{name} says {newest}, but pyproject.toml {version}: make them agree")
    if names := unnamed(root):
        said.append(
            f"{PLACEHOLDER} stands for the repository's address in {', '.join(names)}: "
            "put in the real owner and name"
        )
    return said


def unnamed(root):
    """Files, as git knows them, that still hold the placeholder."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)
    names = sorted(name for name in done.stdout.decode().split("\0") if name)
    return [
        name
        for name in names
        if not name.startswith(NOT_PUBLISHED) and PLACEHOLDER.encode() in (root / name).read_bytes()
    ]


def strays(path):
    """Files in a wheel or source package that do not belong there."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(path) as source:
            inside = [entry.name for entry in source.getmembers() if entry.isfile()]
        names = [name.split("/", 1)[1] for name in inside]  # all lie in one folder
    return [f"{path.name}: {name}" for name in names if not IN_PACKAGE.match(name)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("package: give the tag: make package TAG=v0.2.0")
    main(sys.argv[1])
