"""Settings for all tests: no browser-window plots, no progress file in the checkout."""

import os
from pathlib import PurePosixPath

import pytest
from browser import call_program, chromium, loopback, still, widget_bundle  # noqa: F401

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("SIAMESE_PROGRESS", str(tmp_path / "progress.json"))


# What takes longest begins first, so that no process ends long after the other.
LONGEST = ("grading", "test_notebooks", "test_versions", "site", "test_setup", "test_lab5",
           "test_lab3")  # fmt: skip


def group(nodeid):
    """Tests with one group run in one process: those of a file, all of the site, which is built
    once, and all that fill sandboxes.

    A sandbox's limits hold for a user, so two that are attacked at once would share them.
    """
    path = PurePosixPath(nodeid.split("::")[0])
    return path.parent.name if path.parent.name in ("grading", "site") else path.stem


def pytest_collection_modifyitems(items):
    names = [*LONGEST, *dict.fromkeys(group(item.nodeid) for item in items)]
    items.sort(key=lambda item: names.index(group(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Two groups at a time (make test). Marks for xdist's own groups do nothing in pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    return ByGroup(config, log)
