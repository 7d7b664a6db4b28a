"""grades.csv, the summary page, and a page for those who handed in no notebook."""

import csv
import html
import io
import math
import os
import statistics
from collections import Counter

from instructor.grading.pages import POLICY

BINS = 10
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">{policy}<title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}}
td,th{{padding:.2em 1em;text-align:left}}
.bar{{background:#0072b2;display:inline-block}}</style><h1>{title}</h1>
{body}
</html>
"""


def write_text(path, text):
    """Writes whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


def grades_csv(rows, exercises):
    """Rows (learner, lab, scores, of, late_days, reason) -> text of grades.csv."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["learner", "lab", "points", "of", *exercises, "late_days", "reason"])
    for row in rows:
        points = [_number(row["scores"][e]) if e in row["scores"] else "" for e in exercises]
        head = [_safe(row["learner"]), row["lab"], _number(total(row)), _number(row["of"])]
        table.writerow([*head, *points, row["late_days"], _safe(row["reason"])])
    return text.getvalue()


def total(row):
    return round(sum(row["scores"].values()), 4)


def late_days(time, due):
    """Days begun after the due date: 0 in time, 1 from its first second.

    A zip may hold only a clock's time, without a zone; it is then read in the zone of due.
    """
    if due is None or time is None:
        return 0
    late = (time if time.tzinfo else time.replace(tzinfo=due.tzinfo)) - due
    return max(0, math.ceil(late.total_seconds() / 86400))


def summary(rows):
    """(text for the terminal, HTML page): a histogram and the means of every lab."""
    texts, pages = [], []
    for lab in sorted({row["lab"] for row in rows}):
        chosen = [row for row in rows if row["lab"] == lab]
        shares = [total(row) / row["of"] if row["of"] else 0 for row in chosen]
        head = (
            f"{lab}: {len(chosen)} learners, mean {statistics.mean(shares):.0%}, "
            f"median {statistics.median(shares):.0%}"
        )
        counts = Counter(min(int(share * BINS), BINS - 1) for share in shares)
        bars = [(f"{100 * i // BINS:3d} to {100 * (i + 1) // BINS:3d} %", counts[i])
                for i in range(BINS)]  # fmt: skip
        texts += [head, *(f"{name} {'#' * count} {count}" for name, count in bars)]
        pages += [f"<h2>{html.escape(head)}</h2>", _bars(bars), _means(chosen), _reasons(chosen)]
    return "\n".join(texts), PAGE.format(policy=POLICY, title="Grades", body="\n".join(pages))


def plain_page(title, reason):
    """Feedback where there is nothing to show but the reason."""
    return PAGE.format(
        policy=POLICY, title=html.escape(title), body=f"<p>{html.escape(reason)}</p>"
    )


def _bars(bars):
    most = max(count for _, count in bars) or 1
    lines = [
        f'<tr><td>{name}<td><span class="bar" style="width:{24 * count / most:.1f}em">'
        f"&nbsp;</span> {count}"
        for name, count in bars
    ]
    return f"<table>{''.join(lines)}</table>"


def _means(rows):
    names = sorted({name for row in rows for name in row["scores"]}, key=_order)
    lines = [
        f"<tr><td>{name}<td>{statistics.mean(row['scores'].get(name, 0) for row in rows):.2f}"
        for name in names
    ]
    return f"<table><tr><th>exercise<th>mean points{''.join(lines)}</table>"


def _reasons(rows):
    late = [f"{row['learner']}: {row['late_days']}" for row in rows if row["late_days"]]
    lines = [f"<p>Late, in days: {html.escape(', '.join(late))}</p>"] if late else []
    whole = [row for row in rows if row["ungraded"]]
    if whole:
        items = "".join(f"<li>{html.escape(row['learner'])}: {html.escape(row['reason'])}"
                        for row in whole)  # fmt: skip
        lines.append(f"<p>Without a grade of their own:</p><ul>{items}</ul>")
    return "".join(lines)


def _order(name):
    return [int(part) if part.isdigit() else 0 for part in name.split(".")]


def _number(value):
    return f"{value:g}"


def _safe(text):
    """With a quote in front where a spreadsheet would take the text for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
