"""When work was due, and when a file was saved: days, zones, and what zips say of times."""

import os
import struct
import zipfile
from datetime import UTC, datetime

import pytest

from instructor.grading import dates, listing, report, submissions

LABS = {"lab2", "lab97"}
TRUE_TIME, ITS_CLOCK = datetime(2026, 5, 1, 21, 0, tzinfo=UTC), (2026, 5, 1, 23, 0, 0)


def _due(*words):
    return dates.due_dates(words, LABS)


def _late(time, due):
    return report.late_days(datetime.fromisoformat(time), _due(due)[""])


@pytest.mark.parametrize(
    ("time", "due", "days"),
    [
        ("2026-05-01T10:00Z", "2026-05-01", 0),
        ("2026-05-01T23:59:59Z", "2026-05-01", 0),
        ("2026-05-02T00:00Z", "2026-05-01", 1),
        ("2026-05-02T23:59Z", "2026-05-01", 1),
        ("2026-05-03T00:01Z", "2026-05-01", 2),
        ("2026-05-01T22:30Z", "2026-05-01+02:00", 1),  # half past midnight there
        ("2026-05-01T21:30Z", "2026-05-01+02:00", 0),
        ("2026-05-02T03:00Z", "2026-05-01-05:00", 0),
        ("2026-05-01T21:59Z", "2026-05-01T23:59+02:00", 0),
        ("2026-05-01T22:00Z", "2026-05-01T23:59+02:00", 1),
        ("2026-12-31T23:59Z", "2026-12-31", 0),
        ("2028-02-29T12:00Z", "2028-02-29", 0),
        # From a zip that holds no true time: the clock of whoever packed it, read where DUE is.
        ("2026-05-01T23:00", "2026-05-01T23:59+02:00", 0),
        ("2026-05-01T23:59:58", "2026-05-01+02:00", 0),
        ("2026-05-02T00:00", "2026-05-01+02:00", 1),
        ("2026-05-01T23:00", "2026-05-01T22:00-07:00", 1),
    ],
)
def test_days_late(time, due, days):
    assert _late(time, due) == days


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Lab97=2026-05-01"], "'Lab97=2026-05-01' is for no lab; there are lab2, lab97"),
        (["lab9=2026-05-01"], "for no lab"),
        (["=2026-05-01"], "for no lab"),
        (["lab2=2026-05-01", "lab2=2026-05-02"], "second date for lab2"),
        (["2026-05-01", "2026-05-02"], "second date for all labs"),
        (["soon"], "'soon' is no date; write 2026-05-01T23:59"),
        (["2026-02-30"], "no date"),
        (["lab2="], "no date"),
        (["9999-12-31"], "no date"),
    ],
)
def test_what_is_no_date_or_for_no_lab_is_an_error(words, said):
    with pytest.raises(ValueError, match=said):
        _due(*words)


def test_labs_have_their_dates_and_all_have_one():
    found = _due("2026-05-01", "lab2=2026-05-08T12:00+02:00")
    assert found["lab2"] == datetime.fromisoformat("2026-05-08T10:00Z")
    assert found[""].date().isoformat() == "2026-05-01"


def _entry(extra=b""):
    info = zipfile.ZipInfo("ada/lab97.ipynb", ITS_CLOCK)
    info.extra = extra
    return info


UNIX = struct.pack("<HHBi", 0x5455, 5, 1, int(TRUE_TIME.timestamp()))
ALL_THREE = struct.pack("<HHBiii", 0x5455, 13, 7, int(TRUE_TIME.timestamp()), 1, 2)
WINDOWS = struct.pack(
    "<HHIHHQQQ", 10, 32, 0, 1, 24, int((TRUE_TIME.timestamp() + 11_644_473_600) * 1e7), 0, 0
)
OTHER = struct.pack("<HH4s", 0x7875, 4, b"abcd")


@pytest.mark.parametrize("extra", [UNIX, ALL_THREE, WINDOWS, OTHER + UNIX, OTHER + WINDOWS])
def test_the_true_time_is_taken_where_a_zip_holds_it(extra):
    assert listing.zip_time(_entry(extra)) == TRUE_TIME


@pytest.mark.parametrize("extra", [b"", OTHER, UNIX[:6], struct.pack("<HHB", 0x5455, 1, 0), b"UT"])
def test_else_its_clock_is_read_in_the_zone_of_due(extra):
    time = listing.zip_time(_entry(extra))
    assert time == datetime(*ITS_CLOCK)
    assert report.late_days(time, _due("2026-05-01T23:59+02:00")[""]) == 0
    assert report.late_days(time, _due("2026-05-01T21:59")[""]) == 1


def test_a_file_in_a_folder_has_its_true_time(tmp_path):
    place = tmp_path / "ada" / "lab97.ipynb"
    place.parent.mkdir()
    place.write_text("{}")
    os.utime(place, (TRUE_TIME.timestamp(),) * 2)
    assert submissions.find(tmp_path)[1][0].time == TRUE_TIME


def test_times_of_both_kinds_are_compared(tmp_path):
    """A learner's file with a true time and one without: the newer is graded, and nothing raises."""
    from instructor.grading import choosing

    kinds = [datetime(2026, 5, 1, 8), datetime(2026, 5, 1, 9, tzinfo=UTC)]
    assert sorted(kinds, key=choosing._clock) == kinds
