"""Which of a learner's files is which lab, which one is graded, and what to say of the others."""

from datetime import UTC

from instructor.grading import intake

TOLD = 3  # files that a reason names


def by_lab(handed, masters):
    """(learner, lab) -> files; (learner, None) -> (file, why it is no lab's).

    A file without a lab in its name is known by its cells. Each such file is read once.
    """
    found = {}
    for one in handed:
        name, why = one.lab(), ""
        if name not in masters:
            name, why = _recognise(one, masters)
        found.setdefault((one.learner, name), []).append(one if name else (one, why))
    return found


def _recognise(one, masters):
    """(its lab, "") or (None, why it is none's)."""
    try:
        ids = {grade_id for _, _, grade_id in intake.read_cells(one.read())}
    except intake.NotReadable as error:
        return None, str(error)
    counts = {
        name: sum(c.metadata.get("nbgrader", {}).get("grade_id") in ids - {None} for c in m.cells)
        for name, m in masters.items()
    }
    best = max(counts, key=counts.get)
    if not counts[best]:
        return None, "is named after no lab and has no cells of one"
    return best, ""


def choose(files, lab, master):
    """(reason, notebook, note, time) of the file to grade: the right name first, then the newest.

    The reason says why there is nothing to grade, the note what was odd about the file.
    """
    chosen = max(files, key=lambda one: (one.name == f"{lab.notebook}.ipynb", _clock(one.time)))
    try:
        read = intake.read(chosen.read())
        notebook = intake.restore(read.cells, master)
    except intake.NotReadable as error:
        return f"{chosen.name} {error}", None, "", chosen.time
    if intake.is_newer(read.python):
        notebook.metadata["python"] = read.python
    odd = f"the file was named {chosen.name}" if chosen.name != f"{lab.notebook}.ipynb" else ""
    if len(files) > 1:
        odd = f"{len(files)} files for {lab.name}: graded {chosen.name}"
    return None, notebook, odd, chosen.time


def missing(found, others, learner, name):
    """Why a learner has no notebook of a lab: it may be among the files that nobody can place."""
    strays = [f"{one.name} {why}" for one, why in found.get((learner, None), [])]
    strays += [f"{one.name} {one.why}" for one in others if one.learner == learner]
    return "; ".join([f"no notebook of {name} was handed in", *strays[:TOLD]])


def _clock(time):
    return time if time.tzinfo else time.replace(tzinfo=UTC)
