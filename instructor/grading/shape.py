"""Which folders are learners: a zip often has a folder on top, and not every folder is a person.

Where that is unclear, grading refuses and says what it saw. Otherwise all work might go to one
learner, or to learners who do not exist, and nobody would notice before the grades are out.
"""

import re
from collections import Counter, defaultdict

from instructor.grading.owners import BEFORE_LAB, LAB_FIRST, MOODLE_FOLDER, is_named, is_numbered

HOW = "Give a folder that holds a folder a learner, or the zip of your learning platform"
MOST_ON_TOP = 4  # folders inside one another, with nothing beside them
MANY_OF_A_LAB, MANY_OF_NONE = 5, 30  # files of one learner: copies of a lab, the course's notebooks
# Folders that one person has, not persons.
OF_ONE = re.compile(
    r"^(lab[ _-]?\d.*"
    r"|(labs?|old|new|backup|copy|draft|final|work|notebooks?|attempt|version|v)[ _-]*\d*)$",
    re.IGNORECASE,
)


def people(entries, is_work, stem):
    """Entries without the folders that hold all. is_work: name -> whether it is handed-in work.

    stem: the name of the zip or folder that they come from. Raises: ValueError where it is unclear
    who is who.
    """
    entries = list(entries)
    for _ in range(MOST_ON_TOP):
        if not _is_wrapped(entries, is_work, stem):
            break
        entries = _inside(entries)
    _require_clear(entries, is_work)
    return entries


def require_few(found):
    """Raises ValueError where one learner has more notebooks than anybody. found: a Found."""
    labs = Counter(one.lab() for one in found.notebooks)
    none = labs.pop(None, 0)
    if len(found.learners) == 1 and (
        none > MANY_OF_NONE or max(labs.values(), default=0) > MANY_OF_A_LAB
    ):
        raise ValueError(_seen(1, len(found.notebooks), f"all of {found.learners[0]}"))


def _inside(entries):
    """Entries without the folder on top."""
    return [e._replace(parts=e.parts[1:]) for e in entries if e.parts[1:] != ("",)]


def _is_wrapped(entries, is_work, stem):
    """True where the one folder on top is no learner. Raises ValueError where that is unclear."""
    tops = {entry.parts[0] for entry in entries}
    if len(tops) != 1 or any(len(entry.parts) == 1 for entry in entries):
        return False
    (top,) = tops
    work = [entry.parts[1:] for entry in entries if is_work(entry.parts[-1])]
    loose = [parts[0] for parts in work if len(parts) == 1]
    inside = {entry.parts[1] for entry in entries if len(entry.parts) > 2}
    if MOODLE_FOLDER.match(top):
        return False
    if any(map(MOODLE_FOLDER.match, inside)) or any(map(is_numbered, loose)):
        return True
    persons = {parts[0] for parts in work if len(parts) > 1 and not OF_ONE.match(parts[0])}
    named = {found[1] for found in map(BEFORE_LAB.match, loose) if found}
    is_stem = top.casefold() == stem.casefold()
    if (
        persons
        and not loose
        and (len(persons) > 1 or is_stem or _is_wrapped(_inside(entries), is_work, stem))
    ):
        return True
    if len(named) > 1 or len(persons) > 1 or persons and not loose:
        raise ValueError(_seen(1, len(work), f"{top}, with {_some(persons or loose)} in it"))
    return False


def _require_clear(entries, is_work):
    """Raises ValueError where most learners look like groups, or a file on top names no learner."""
    work = defaultdict(list)
    for entry in entries:
        if is_work(entry.parts[-1]):
            work[entry.parts[0]].append(entry.parts[1:])
    for name, places in work.items():
        if () in places and LAB_FIRST.match(name) and not is_named(name):
            raise ValueError(f"{name} lies in no folder, so nobody knows whose it is. {HOW}")
    count = sum(map(len, work.values()))
    groups = [name for name in work if not MOODLE_FOLDER.match(name) and _is_group(work[name])]
    if 2 * len(groups) > len(work):
        raise ValueError(_seen(len(work), count, f"{_some(groups)}, with folders in it"))


def _is_group(places):
    """Several folders that are persons' and each hold a file of one name."""
    folders = defaultdict(set)
    for parts in places:
        if len(parts) > 1 and not OF_ONE.match(parts[0]):
            folders[parts[-1].lower()].add(parts[0])
    return max(map(len, folders.values()), default=0) > 1


def _seen(learners, files, what):
    people = "1 learner" if learners == 1 else f"{learners} learners"
    return f"this looks like {people}, {files} file{'s' * (files != 1)}: {what}. {HOW}"


def _some(names):
    names = sorted(names)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
