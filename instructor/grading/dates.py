"""When work is due, from what DUE says."""

import re
from datetime import UTC, datetime, timedelta

DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:?\d{2})?$")


def due_dates(words, labs):
    """["2026-05-01"] or ["lab2=2026-05-01T12:00"] -> lab or "" -> time. Without a zone it is UTC.

    labs: the names that there are. Raises: ValueError for another, for what is no date, and where
    one lab, or all, have two.
    """
    due = {}
    for word in words:
        name, equals, date = word.rpartition("=")
        if equals and name not in labs:
            raise ValueError(f"{word!r} is for no lab; there are {', '.join(sorted(labs))}")
        if name in due:
            raise ValueError(f"{word!r} is a second date for {name or 'all labs'}; give one")
        due[name] = _time(date)
    return due


def _time(date):
    """A day means its last moment."""
    try:
        if day := DAY.match(date):
            end = datetime.fromisoformat(f"{day[1]}T00:00{day[2] or ''}") + timedelta(days=1)
            return _in_zone(end - timedelta(microseconds=1))
        return _in_zone(datetime.fromisoformat(date))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{date!r} is no date; write 2026-05-01T23:59") from error


def _in_zone(time):
    return time if time.tzinfo else time.replace(tzinfo=UTC)
