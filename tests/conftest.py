"""Settings for all tests: no browser-window plots, no progress file in the checkout."""

import os

import pytest
from browser import call_program, chromium, loopback, still, widget_bundle  # noqa: F401

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("SIAMESE_PROGRESS", str(tmp_path / "progress.json"))


def pytest_collection_modifyitems(items):
    """Two at a time (make test): a file in one process, and all that fills sandboxes in one.

    Their limits hold for a user, so two sandboxes that are attacked at once would share them.
    """
    for item in items:
        folder, name = item.path.parent.name, item.path.stem
        group = folder if folder == "grading" else name
        item.add_marker(pytest.mark.xdist_group(group))
