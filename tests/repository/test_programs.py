"""A missing program fails in CI and skips elsewhere: a skip never hides a missing install."""

import pytest
from mirror import need_mirror
from programs import need


def test_a_missing_program_fails_in_ci_and_skips_elsewhere(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed; install it"):
        need("no-such-program")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        need("no-such-program")
    assert need("no-such-program", "git").endswith("git")


def test_missing_data_fails_in_ci_where_the_mirror_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("SIAMESE_DATA_DIR", str(tmp_path))
    with pytest.raises(pytest.fail.Exception):
        need_mirror("quora/quora_duplicate_questions.tsv")
    monkeypatch.delenv("SIAMESE_DATA_DIR")
    with pytest.raises(pytest.skip.Exception):
        need_mirror("quora/quora_duplicate_questions.tsv")
