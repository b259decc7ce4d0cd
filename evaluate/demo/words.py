"""What stands on the page: the two photos, what recognizers say, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.defenses import Defense, Photo

from ..advice.similar import FAR
from ..advice.table import Table
from ..pages.bar import bar
from ..pages.curve import Series, Step, curve
from ..pages.frame import Axis
from ..pages.tags import Html, breakable, joined, tag
from .likeness import Likeness
from .measured import Place, sentence
from .photo import as_source

NO_FACE = "No face was found in this photo: nothing would be changed, whatever the defense."


def picture(photo: Photo, title: str, says: str) -> Html:
    """Return a photo with its title."""
    image = tag("img", src=as_source(photo.pixels), alt=says)
    return tag("figure", tag("figcaption", title), image, class_="shown")


def told(
    defense: Defense,
    likenesses: Sequence[Likeness],
    place: Place,
    table: Table,
    *,
    away: float | None,
) -> Html:
    """Return all that is said of a defended photo.

    Args:
        defense: at its strength.
        likenesses: what recognizers say that do not know it.
        place: where it lies among what was measured.
        table: where that was measured.
        away: how unlike its data set is, see `distance`; None where somebody named a run.
    """
    return joined((
        tag("p", tag("code", breakable(defense.spec))),
        tag("h3", "A recognizer that does not know the defense"),
        *(_likeness(one) for one in likenesses),
        tag("p", "A low bar is no privacy: whoever knows the defense tries it on faces that they "
                 "know, and is asked below.", class_="soft"),
        tag("h3", "Attackers who know it"),
        tag("p", sentence(place).replace(" %", "\xa0%"), class_="verdict"),
        tag("p", f"{_whose(table, away)} This photo was not attacked.", class_="soft"),
        _chart(defense, place, table),
    ))  # fmt: skip


def _likeness(one: Likeness) -> Html:
    text = f"{one.model} tells this face from {one.told} of {one.of} strangers"
    text += ": it knows it" if one.told == one.of else ""
    return joined((tag("p", text), bar(one.told / one.of, says=text, bad=True)))


def _whose(table: Table, away: float | None) -> str:
    chosen = "" if away is None else ", the measured data set most like this photo"
    chosen += ", and not much like it" if away is not None and away > FAR else ""
    return f"Measured on {table.people} people of {table.title or table.name}{chosen}."


def _chart(defense: Defense, place: Place, table: Table) -> Html:
    """Draw what leaks at the strengths that were measured, and where this one lies."""
    inside = [one for one in place.known if -0.05 <= one.share <= 1.05]
    if not inside:
        return Html()
    steps = [
        Step(one.share, found.value or 0.0, found.low, found.high, found.state == "at least",
             f"{place.parameter}={one.value:g}")
        for one in inside
        for found in (one.setting.leakage,)
    ]  # fmt: skip
    chance = next((one.setting.leakage.chance for one in inside), None)
    says = (
        "Leakage with 95 % intervals at the measured strengths; the line up is where you are. "
        "Lines between only guide the eye."
    )
    return curve(
        f"{defense.name}, {defense.region}",
        Axis(f"{place.parameter}, weak to strong", low=-0.05, high=1.05),
        Axis("photos named", better="less"),
        [Series(defense.name, steps)],
        levels=[(chance, "chance")] if chance else [],
        here=place.share,
        ticks=[(one.share, f"{one.value:g}") for one in inside],
        says=says,
    )
