"""Verdicts, worded from figures and their intervals: a sentence never says more than both show.

Near chance is a figure whose whole interval lies at most `AIR` above what guessing reaches. What
is only a lower bound, or was not measured, is never said to hide anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..results.records import Record
from ..results.rounding import ends_of_hundred, of_hundred
from ..results.summary import Row, chance_of

AIR = 0.1
UNDEFENDED = "none"


def is_near_chance(record: Record | None) -> bool:
    """Return whether a figure is shown to lie near what guessing reaches."""
    return (
        record is not None
        and record.status == "ok"
        and record.value is not None
        and record.high is not None
        and record.chance is not None
        and record.high <= record.chance + AIR
    )


def sentence(row: Row) -> str:
    """Say what one defense does to whom.

    Args:
        row: any row, measured or not.
    """
    if not row.measured:
        why = row.worst.reason or "no attacker gave a figure that counts"
        return f"Nothing can be said: {why.removeprefix('not measured: ')}."
    worst = row.worst
    assert worst.value is not None
    told = [_uninformed(row)]
    if not _even(row):
        who = "an attacker who does names" if told[0] else "An attacker who knows it names"
        told.append(
            f"{who} at least {of_hundred(worst.value)}, and more may leak"
            if row.state == "at least"
            else f"{who} {of_hundred(worst.value)}{_ends(worst)}"
        )
    album = row.others.get("album")  # all photos of a person, as the table says it
    if album is not None and album.value is not None and album.value > worst.value:
        bound = "at least " if album.status == "at least" else ""
        told.append(f"{bound}{of_hundred(album.value)} albums")
    text = _joined(told)
    context = row.others.get("context")
    if context is not None and context.value is not None:
        bound = "at least " if context.status == "at least" else ""
        text += f"; a black mask over the same place: {bound}{100 * context.value:.0f}"
    return text + "."


def verdict(rows: Sequence[Row], limit: float | None = None) -> list[str]:
    """Say in a few sentences what a run shows about all its defenses.

    Args:
        rows: of one run.
        limit: the leakage that was asked for, if any.
    """
    defenses = [row for row in rows if family(row) != UNDEFENDED]
    if not defenses:
        return ["Only undefended photos were attacked."]
    count, told = len(defenses), []
    known = [row for row in defenses if row.naive is not None]
    if known:
        fooled = sum(is_near_chance(row.naive) for row in known)
        told.append(
            f"{_number(fooled)} of {len(known)} {_noun(len(known))} "
            f"{_are(fooled)} shown to fool a recognizer that does not know "
            f"{'it' if len(known) == 1 else 'them'}."
        )
    kept = sum(row.state == "ok" and is_near_chance(row.worst) for row in defenses)
    told.append(
        f"{_number(kept)} of {count} {_are(kept)} shown to keep an attacker who "
        f"does near chance{_chance(rows)}."
    )
    most = sum(row.measured and (row.worst.low or 0.0) > 0.5 for row in defenses)
    if most:
        told.append(f"{_number(most)} {_let(most)} more than half of the photos be named.")
    if limit is not None:
        held = sum(_holds(row, limit) for row in defenses)
        told.append(f"{_number(held)} of {count} {_are(held)} shown to leak at "
                    f"most {of_hundred(limit)}, the limit that was asked for.")  # fmt: skip
    bounds = sum(row.state == "at least" for row in defenses)
    if bounds:
        told.append(f"Of {bounds} only the least that leaks is known.")
    lost = sum(not row.measured for row in defenses)
    if lost:
        told.append(f"{_number(lost)} could not be judged.")
    return told


def undefended(rows: Sequence[Row]) -> str:
    """Say how many undefended photos are named: what all other figures are to be seen beside."""
    plain = next((row.worst for row in rows if family(row) == UNDEFENDED and row.measured), None)
    ceiling = next((row.worst.ceiling for row in rows if row.worst.ceiling is not None), None)
    value = plain.value if plain is not None else ceiling
    if value is None:
        return ""
    text = f"Of undefended photos {of_hundred(value)} are named"
    chance = chance_of(rows)
    return f"{text}, by guessing {of_hundred(chance)}." if chance is not None else f"{text}."


def family(row: Row) -> str:
    """Return the family of a row; a program that is labelled `none` is not undefended."""
    return UNDEFENDED if row.defense.partition(":")[0] == UNDEFENDED else f"{row.family} "


def _uninformed(row: Row) -> str:
    naive = row.naive
    if naive is None or naive.value is None or naive.high is None or naive.low is None:
        return ""
    names = of_hundred(naive.value)
    if _even(row):
        bound = "at least " if row.state == "at least" else ""
        if family(row) == UNDEFENDED:
            return f"A recognizer names {bound}{names}{_ends(naive)}"
        return f"Even a recognizer that does not know it names {bound}{names}{_ends(naive)}"
    if is_near_chance(naive):
        return f"Fools a recognizer that does not know it, {names}"
    if naive.high < 0.5:
        return f"A recognizer that does not know it names {names}{_ends(naive)}"
    if naive.low > 0.5:
        return f"Does not fool a recognizer that does not know it, {names}"
    return f"A recognizer that does not know it names {names}{_ends(naive)}"


def _even(row: Row) -> bool:
    """Return whether knowing the defense brings nothing: it is no use against anybody."""
    if row.naive is None or row.naive.value is None or row.worst.value is None:
        return False
    return row.naive.value >= row.worst.value and not is_near_chance(row.naive)


def _joined(told: Sequence[str]) -> str:
    first, *rest = [text for text in told if text]
    text = f"{first[:1].upper()}{first[1:]}"
    return text if not rest else f"{text}; {', '.join(rest)}"


def _ends(record: Record) -> str:
    if record.low is None or record.high is None or record.status == "at least":
        return ""
    return f" ({ends_of_hundred(record.low, record.high)})"


def _holds(row: Row, limit: float) -> bool:
    """Return whether a row, and each group of people, is shown to stay below a limit."""
    return all(
        one.status == "ok" and one.value is not None and one.high is not None and one.high <= limit
        for one in (row.worst, *row.groups)
    )


def _number(count: int) -> str:
    return str(count) if count else "None"


def _noun(count: int) -> str:
    return "defense" if count == 1 else "defenses"


def _are(count: int) -> str:
    return "is" if count < 2 else "are"


def _let(count: int) -> str:
    return "lets" if count == 1 else "let"


def _chance(rows: Sequence[Row]) -> str:
    chance = chance_of(rows)
    return "" if chance is None else f" ({of_hundred(chance)})"
