"""The parts of the report, each from records alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .failures import lower_bounds
from .markup import html_table, number
from .pairs import pair_attacks
from .questions import is_worst
from .records import SPARED, WEAK, Record, find
from .summary import Row, attacker_of, value_of
from .table import interval


def linkage(records: Sequence[Record], found: Sequence[Row]) -> list[str]:
    """Return the figures of attackers that name nobody but link photos."""
    attacks = [(row, pair_attacks(find(records, defense=row.defense))) for row in found]
    statistics = dict.fromkeys(s for _, pairs in attacks for pair in pairs for s in pair.figures)
    shown = [s for s in statistics if s != "auc" and any(
        value_of(pair.figures.get(s)) is not None for _, pairs in attacks for pair in pairs
    )]  # fmt: skip
    body = []
    for row, pairs in attacks:
        for pair in pairs:
            auc = pair.auc
            bad = "!" if auc.status != "ok" else ""
            cells = [f"{bad}{number(auc.value)}{' invalid' * (auc.status == 'invalid')}"]
            cells += [interval(auc, 3, " to ")]
            cells += [_pair_figure(pair.figures.get(s)) for s in shown]
            body.append([row.shown, pair.attacker, *cells])
    if not body:
        return []
    titles = ["D_sys" if s == "d_sys" else s.upper().replace("@FAR=", " at FAR ")
              .replace("E-", "e-") for s in shown]  # fmt: skip
    head = ["defense", "attacker", "AUC", "95 %", *titles]
    return [
        "<h2>Can photos of one person be linked?</h2><p>Is it told of two defended photos that "
        "they show one person? Nobody is named, so this is no part of leakage. Guessing reaches "
        "AUC 0.5, EER 0.5, and a TAR as high as its FAR. D_sys is the linkability of "
        "Gomez-Barrero et al. (2018): 0 if no score tells anything, 1 if all do; few pairs make "
        "it too high rather than too low, so beside it stands what people dealt out by lot "
        "give. In the words of the Article 29 Working Party (opinion "
        "05/2014, WP216) this is <i>linkability</i>.</p>",
        html_table(head, body),
    ]


def _pair_figure(found: Record | None) -> str:
    """Return a figure about pairs; D_sys with its chance, which depends on how many there are."""
    text = number(value_of(found))
    if found is None or found.value is None or found.statistic != "d_sys":
        return text
    return f"{text} (by chance {number(found.chance)})"


def groups(found: Sequence[Row]) -> list[str]:
    """Return the worst case of every subgroup of people."""
    body = []
    for row in found:
        values = [group.value or 0.0 for group in row.groups]
        for group in row.groups:
            leaks = number(group.value)
            worst = group.value is not None and min(values) < group.value == max(values)
            body.append(
                [row.shown, group.group, str(group.people), f"!{leaks} worst" if worst else leaks,
                 interval(group, 3, " to "), attacker_of(group)]
            )  # fmt: skip
    if not body:
        return []
    head = ["defense", "group", "people", "leakage", "95 %", "worst attacker"]
    return [
        "<h2>Does it protect some people less?</h2><p>Leakage of each group of people, who are "
        "sought among all. The group of a defense that leaks most is marked; with few people in "
        "it that may be chance.</p>",
        html_table(head, body),
    ]


def bounds(found: Sequence[Row]) -> list[str]:
    """Say why rows hold lower bounds, each reason once."""
    shown = {row.defense: row.shown for row in found}
    items = "".join(
        f"<li>{escape(_all_of([shown[r.defense] for r in rows], len(found)))}: {escape(reason)}"
        for reason, rows in lower_bounds([row.worst for row in found]).items()
    )
    if not items:
        return []
    return [
        "<h2>Lower bounds</h2><p>A leakage marked &gt;= is what was reached; more may leak, and "
        f"it is below no limit.</p><ul>{items}</ul>"
    ]


def _all_of(names: Sequence[str], of: int) -> str:
    return "all defenses" if len(names) == of else ", ".join(names)


def planted(records: Sequence[Record]) -> list[str]:
    """Return what the attackers reached where the answer is known beforehand."""
    cases: dict[str, list[Record]] = {}
    for record in find(records, kind="planted"):
        cases.setdefault(record.group, []).append(record)
    body = []
    for case, asked in cases.items():
        known = [r for r in asked if r.value is not None and r.status == "ok"]
        best = max(known, key=lambda r: r.value or 0.0, default=None)
        who = f"{best.name} {best.recognizer}".strip() if best else ""
        others = len(asked) - 1
        body.append([case, asked[0].defense, number(value_of(best)), who, str(others)])
    if not body:
        return []
    return [
        "<h2>Planted cases</h2><p>Photos in which a leak, or its absence (constant), is known. "
        "For a row to claim more than a lower bound, somebody must see each leak: 0.9 of what is "
        "reached on undefended photos. Nobody else is asked once a leak is seen.</p>",
        html_table(["case", "made by", "highest rank-1", "attacker", "others asked"], body),
    ]


def attackers(records: Sequence[Record], found: Sequence[Row]) -> str:
    """Return what every attacker reached against every defense."""
    leakage = [r for r in records if r.kind == "leakage" and not r.group and not is_worst(r)]
    cases = find(records, kind="planted")
    spared = {(r.defense, r.name) for r in find(leakage, status=SPARED)}
    keys = list(dict.fromkeys((r.name, r.recognizer) for r in leakage if r.status != SPARED))
    body = []
    for row in found:
        mine = find(leakage, defense=row.defense)
        cells = [
            SPARED if (row.defense, _asked(n)) in spared
            else _reached(find(mine, name=n, recognizer=r))
            for n, r in keys
        ]  # fmt: skip
        body.append([row.shown, *cells])
    for case in ("undefended", "constant"):  # asked of all
        asked = {(r.name, r.recognizer): r for r in find(cases, group=case)}
        if asked:
            told = [number(value_of(asked.get(key))) if key in asked else "" for key in keys]
            body.append([f"planted case {case}", *told])
    head = ["defense", *(f"{name} {recognizer}".strip() for name, recognizer in keys)]
    called = {row.defense: row.shown for row in found}
    marked = [r for r in leakage if r.status == "invalid" or r.reason.startswith(WEAK)]
    reasons: dict[str, dict[str, dict[str, None]]] = {r.name: {} for r in marked}
    for r in marked:
        reasons[r.name].setdefault(r.reason, {})[called.get(r.defense, r.defense)] = None
    listed = "".join(
        f"<li>{escape(name)}: {escape(reason)} ({escape(', '.join(where))})"
        for name, told in sorted(reasons.items())
        for reason, where in told.items()
    )
    return html_table(head, body) + (f"<ul>{listed}</ul>" if listed else "")


def _asked(name: str) -> str:
    """Return whom an attack belongs to: `retrained`, and `retrained, face alone`."""
    attack, comma, where = name.partition(",")
    return attack.partition("/")[0] + comma + where


def _reached(attack: Sequence[Record]) -> str:
    """Return what one attacker reached against one defense."""
    figures = {record.statistic: record for record in attack}
    first = figures.get("rank1") or figures.get("auc")
    if first is None or first.value is None:
        return "!" + (first.status if first else "missing")
    fifth = value_of(figures.get("rank5"))
    text = "" if first.statistic == "rank1" else "AUC "
    text += f"{first.value:.2f}" + ("" if fifth is None else f" ({fifth:.2f})")
    return text if first.status == "ok" else f"!{text} invalid"


def unmeasured(records: Sequence[Record]) -> list[str]:
    """Say what could not be measured: a line for each reason."""
    names: dict[str, dict[str, None]] = {}
    for record in records:
        if record.status == "unavailable":
            names.setdefault(record.reason, {})[record.name] = None
    return [f"{', '.join(who)}: not measured. {reason}" for reason, who in sorted(names.items())]


def outcomes(records: Sequence[Record], found: Sequence[Row]) -> str:
    """Return what became of the photos."""
    names = sorted({record.name for record in find(records, kind="outcome")})
    body = []
    for row in found:
        mine = {r.name: r for r in find(records, kind="outcome", defense=row.defense)}
        body.append([row.shown, *(number(mine[n].value if n in mine else 0.0) for n in names)])
    called = {row.defense: row.shown for row in found}
    outcomes = [r for r in find(records, kind="outcome") if r.reason and r.defense in called]
    told = [f"{called[r.defense]}: {r.reason}" for r in outcomes]
    listed = "".join(f"<li>{escape(text)}" for text in told)
    return html_table(["defense", *names], body) + (f"<ul>{listed}</ul>" if listed else "")
