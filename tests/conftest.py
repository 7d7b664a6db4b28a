"""Settings for all tests: no browser-window plots, no progress file in the checkout."""

import os

import pytest
from browser import call_program, chromium, loopback, still, widget_bundle  # noqa: F401

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("SIAMESE_PROGRESS", str(tmp_path / "progress.json"))
