"""The page of a search: the verdict, how settings look, leakage over strength, all trials."""

from __future__ import annotations

from ..pages.bar import bar
from ..pages.facts import facts, items
from ..pages.shell import Section, page
from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.origin import config_of, provenance
from .charts import front_chart, leak_cell, over_parameters, use_cell
from .faces import looks_of
from .points import leaks, told
from .result import About, Tuned
from .words import looked, onwards, picked, verdict

_LISTED = 200  # settings in the table
HERE_ALONE = (
    "The figures hold for these people, photos and attackers. Other people, other photos or a "
    "stronger attacker may give more."
)
LIMITS = (
    "Search figures come from attackers without certificates, and the setting was picked because "
    "its figures were good: trust those of the test people.",
    HERE_ALONE,
)


def search_page(tuned: Tuned) -> str:
    """Return the page of a finished search; `config.json` must lie in its folder."""
    return page(
        f"Tuning {tuned.about.defense}",
        [tag("p", verdict(tuned), class_="verdict"), *_checked(tuned), *_onwards(tuned)],
        [
            Section("How it looks", looks_of(tuned), "looks", "Looks"),
            Section("Leakage at each strength", over_parameters(tuned), "curve", "Strength"),
            Section("Leakage and use", [front_chart(tuned)], "front", "Front"),
            Section("All settings", [_table(tuned)], "settings", "Settings"),
            Section("What matters most", _importance(tuned), "importance", "Parameters"),
            Section("To be known", [items([looked(tuned), *tuned.notes])], "notes", "Notes"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from", [facts(_origin(tuned))], "origin", "Origin"),
        ],
    )  # fmt: skip


def _checked(tuned: Tuned) -> list[Html]:
    """Draw the leakage on the test people, beside its limit and what guessing reaches."""
    point, goal = tuned.check, tuned.goal
    if point is None:
        return []
    found, says = point.leakage, f"{goal.leaks} on the test people: {leaks(point)}"
    limit = f"; the limit is {goal.max_leakage:g}" if goal.max_leakage is not None else ""
    drawn = bar(found.value, found.low, found.high, says=f"{says}{limit}",
                open_end=point.open_end, limit=goal.max_leakage, chance=1 / tuned.about.test,
                bad=tuned.holds is False)  # fmt: skip
    who = f" by {point.attacker}" if point.attacker else ""
    use = told(point.utilities.get(goal.utility))
    under = f"{says}{who}{limit}. {goal.utility}: {use}. Dashed: guessing."
    return [tag("figure", drawn, tag("figcaption", _first_up(under)))]


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _onwards(tuned: Tuned) -> list[Html]:
    text = onwards(tuned, "@chosen.json")
    return [tag("p", _first_up(text) + ".")] if text else []


def _table(tuned: Tuned) -> Html:
    goal, tested = tuned.goal, {point.number: point for point in tuned.checked}
    better = "more" if goal.sign > 0 else "less"
    head: list[Heading | str] = [
        "setting",
        Heading(f"{goal.leaks}, search", "less"), Heading(f"{goal.leaks}, test", "less"),
        Heading(f"{goal.utility}, search", better), Heading(f"{goal.utility}, test", better),
        "worst attacker, search", "worst attacker, test",
    ]  # fmt: skip
    front = {p.number for p in tuned.front}
    body: list[list[Cell | str]] = []
    first = sorted(tuned.points, key=lambda p: p.number not in {*front, *tested})[:_LISTED]
    for point in sorted(first, key=lambda p: (p.leakage.value, -goal.gain(p))):
        test = tested.get(point.number)
        mine = tuned.seen is not None and point.number == tuned.seen.number
        mark = picked(tuned) if mine else "front" if point.number in front else ""
        body.append([
            Cell(point.defense, more=mark), leak_cell(point), leak_cell(test),
            use_cell(point, goal.utility), use_cell(test, goal.utility), point.attacker,
            (test.attacker or test.reason) if test else MISSING,
        ])  # fmt: skip
    count = len(tuned.points)
    rest = f"; {count - len(body)} more are in trials.csv" if count > len(body) else ""
    return sortable_table(
        f"{count} {'setting was' if count == 1 else 'settings were'} measured to the end, on the "
        f"search people; {len(tested)} of them on the test people{rest}. Small: 95 % "
        "intervals",
        head, body,
    )  # fmt: skip


def _importance(tuned: Tuned) -> list[Html]:
    """Draw how much of the variation in leakage each parameter explains; one explains all."""
    matter = tuned.about.importance
    if len(tuned.about.space) < 2 or not matter:
        return []
    body: list[list[Cell | str]] = [
        [name, Cell(bar(share, says=f"{name}: {share:.2f}"), share), Cell(f"{share:.2f}", share)]
        for name, share in matter.items()
    ]
    head: list[Heading | str] = [
        "parameter",
        Heading("share of the variation in leakage"),
        "share",
    ]
    return [sortable_table("How much of what differs in leakage each parameter explains (fANOVA)",
                           head, body)]  # fmt: skip


def _origin(tuned: Tuned) -> list[tuple[str, str]]:
    about = tuned.about
    return provenance(
        config_of(tuned.folder),
        people=people_in(about),
        search=f"{len(tuned.points)} trials, sampler {about.sampler}, attackers' budget "
        f"{about.budget}",
        optimism=f"{told(tuned.optimism)} (search minus test leakage)",
    )


def people_in(about: About) -> str:
    """Return how many people there were, by what they were used for."""
    return f"{about.search} search, {about.test} test, {about.background} background"
