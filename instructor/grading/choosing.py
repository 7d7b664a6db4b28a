"""Which of a learner's files is which lab, which one is graded, and what to say of the others."""

from instructor.grading import intake


def by_lab(handed, masters):
    """(learner, lab or None) -> files. A file without a lab in its name is known by its cells."""
    found = {}
    for one in handed:
        name = one.lab()
        if name not in masters:
            name = _recognise(one, masters)
        found.setdefault((one.learner, name), []).append(one)
    return found


def _recognise(one, masters):
    try:
        ids = {grade_id for _, _, grade_id in intake.read_cells(one.read())}
    except intake.NotReadable:
        return None
    counts = {
        name: sum(c.metadata.get("nbgrader", {}).get("grade_id") in ids - {None} for c in m.cells)
        for name, m in masters.items()
    }
    best = max(counts, key=counts.get)
    return best if counts[best] else None


def choose(files, lab, master):
    """(reason, notebook, note, time) of the file to grade: the right name first, then the newest.

    The reason says why there is nothing to grade, the note what was odd about the file.
    """
    chosen = max(files, key=lambda one: (one.name == f"{lab.notebook}.ipynb", one.time))
    try:
        notebook = intake.restore(intake.read_cells(chosen.read()), master)
    except intake.NotReadable as error:
        return f"{chosen.name} {error}", None, "", chosen.time
    odd = f"the file was named {chosen.name}" if chosen.name != f"{lab.notebook}.ipynb" else ""
    if len(files) > 1:
        odd = f"{len(files)} files for {lab.name}: graded {chosen.name}"
    return None, notebook, odd, chosen.time


def missing(found, learner, name):
    """The reason where a lab is missing; it may be the file that nothing is known about."""
    strays = [f"; {one.name} {_why_unknown(one)}" for one in found.get((learner, None), [])]
    return f"no notebook of {name} was handed in" + "".join(strays[:1])


def _why_unknown(one):
    try:
        intake.read_cells(one.read())
    except intake.NotReadable as error:
        return str(error)
    return "is named after no lab and has no cells of one"
