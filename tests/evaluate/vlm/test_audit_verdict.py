"""What an audit says of its figures: no more than they show, and no two settings alike."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from unmask.defenses import DEFENSES
from unmask.evaluate.audit.page import audit_page
from unmask.evaluate.audit.reached import PEOPLE, reached
from unmask.evaluate.audit.shown.charts import curves
from unmask.evaluate.audit.shown.short_tables import named_columns, reached_columns
from unmask.evaluate.audit.shown.tables import reached_table
from unmask.evaluate.audit.strengths import ladders
from unmask.evaluate.audit.verdict import verdict
from unmask.evaluate.cli.layout import table_lines
from unmask.evaluate.results.records import Record

Ends = tuple[float, float]
WEAK, STRONG = "gaussian_blur:sigma=0.1", "gaussian_blur:sigma=0.3"


def shown(spec: str, value: float, name: str = "named/forced", **more: object) -> Record:
    defense = DEFENSES.build(spec)
    record = Record("orl", "0", "audit", defense.spec, defense.parameters, "leakage", name,
                    "right" if name == "named/open" else "rank1", recognizer="some/model", n=60,
                    people=PEOPLE, chance=0.1, value=value, low=max(value - 0.1, 0),
                    high=min(value + 0.1, 1))  # fmt: skip
    return replace(record, **more)  # type: ignore[arg-type]


def above(spec: str, ends: Ends, control: str = "no_image", **more: object) -> Record:
    record = shown(spec, sum(ends) / 2, kind="difference", group=f"above={control}")
    return replace(record, low=ends[0], high=ends[1], **more)  # type: ignore[arg-type]


def audited(
    clean: float, control: float, gap: Ends, steps: Sequence[tuple[str, float, Ends]] = ()
) -> list[Record]:
    """Return an audit with one control, without a picture."""
    found = [shown("none", clean), shown("none", control, group="control=no_image"),
             above("none", gap)]  # fmt: skip
    for spec, value, ends in steps:
        found += [shown(spec, value), above(spec, ends)]
    return found


def test_a_model_that_knows_nobody_says_nothing_about_a_defense() -> None:
    (told,) = verdict(audited(1 / 60, 1 / 60, (-0.05, 0.05), [(STRONG, 0, (-0.1, 0.04))]))
    assert told == (
        "some/model does not know these people: it names 1 of 60 clean photos (0.00 to 0.12), "
        "choosing among names; without a picture it names 1 of 60 (0.00 to 0.12); nothing can be "
        "said about a defense."
    )


def test_wide_intervals_do_not_say_that_it_knows_nobody() -> None:
    (told,) = verdict(audited(0.5, 0.3, (-0.1, 0.5)))
    assert told.startswith("It cannot be told whether some/model knows these people: it names 30")
    assert told.endswith("is not shown to be more; nothing can be said about a defense.")


def test_people_who_are_known_by_their_clothes_are_not_unknown() -> None:
    records = audited(0.5, 0.1, (0.3, 0.5), [(STRONG, 0.1, (-0.1, 0.1))])
    records += [shown("mask", 27 / 60, group="control=face_masked"),
                above("none", (-0.1, 0.15), "face_masked")]  # fmt: skip
    (told,) = verdict(records)
    assert "names these people, but not shown to be by their faces" in told
    assert "with a mask over the face it names 27 of 60" in told
    assert "nothing can be said about a defense" in told


def test_without_controls_or_answers_nothing_is_said() -> None:
    (told,) = verdict(audited(0.5, 0.1, (0.3, 0.5))[:1])
    assert "no control could be asked, so nothing can be said" in told
    (told,) = verdict([replace(shown("none", 0.5), status="unavailable", value=None)])
    assert told == (
        "No question about clean photos was answered: nothing can be said about a defense."
    )


def test_what_is_still_named_and_from_which_strength_on_it_is_at_its_control() -> None:
    steps = [(WEAK, 33 / 60, (0.3, 0.6)), (STRONG, 3 / 60, (-0.1, 0.04))]
    first, second = verdict(audited(41 / 60, 2 / 60, (0.4, 0.8), steps))
    assert first == (
        "some/model knows these people: it names 41 of 60 clean photos (0.58 to 0.79), choosing "
        "among names; its highest control, without a picture, names 2 of 60 (0.00 to 0.14)."
    )
    assert second == (
        "gaussian_blur: from sigma 0.3 on it is at its controls, shown to be within 0.05 of each; "
        "there it names 3 of 60 (0.00 to 0.15); before that it still names 33 of 60 (0.45 to "
        "0.65) at sigma 0.1."
    )


def test_few_people_never_show_privacy() -> None:
    """An interval of few people may be narrow by accident; then it still shows nothing."""
    steps = [(WEAK, 33 / 60, (0.3, 0.6)), (STRONG, 3 / 60, (-0.05, 0.05))]
    few = [replace(r, people=PEOPLE - 1) for r in audited(41 / 60, 0.03, (0.4, 0.8), steps)]
    told = verdict(few)[1]
    assert "from sigma 0.3 on it cannot be told apart from its controls" in told
    assert "not shown to be privacy" in told
    assert "up to 0.05 more than by a control is possible" in told
    assert "it is at its controls" not in told
    assert reached_table(few)[1][0][-2:] == ["sigma 0.3", "none tried"]


def test_a_setting_that_is_above_or_was_not_compared_is_not_at_a_control() -> None:
    steps = [(WEAK, 33 / 60, (0.3, 0.6)), (STRONG, 18 / 60, (0.1, 0.4))]
    records = audited(41 / 60, 0.03, (0.4, 0.8), steps)
    assert (
        "even at sigma 0.3, the strongest that was tried, it still names 18 of 60 (0.20 to 0.40), "
        "more than any control; before that 33 of 60 (0.45 to 0.65) at sigma 0.1."
    ) in verdict(records)[1]
    lost = verdict(records[:-1])[1]
    assert "was not compared with what it names without a picture" in lost
    bound = [*records[:-1], above(STRONG, (-0.1, 0.02), status="at least")]
    assert "controls" not in verdict(bound)[1]
    assert reached(bound)[0].alike == ""


def test_the_way_of_asking_that_stays_above_is_the_one_that_counts() -> None:
    records = audited(41 / 60, 0.03, (0.4, 0.8), [(STRONG, 0, (-0.1, 0.04))])
    other = "named/open"
    records += [replace(r, name=other, statistic="right") for r in records[:3]]
    records += [shown(STRONG, 12 / 60, other), above(STRONG, (0.1, 0.3), name=other,
                                                    statistic="right")]  # fmt: skip
    told = verdict(records)[1]
    assert told.startswith(
        "gaussian_blur: it still names 12 of 60 (0.10 to 0.30), asked who it is"
    )
    assert "at its controls" not in told


def test_refusals_of_a_model_that_is_only_asked_openly_are_no_privacy() -> None:
    records = audited(41 / 60, 0.03, (0.4, 0.8), [(STRONG, 0, (-0.1, 0.04))])
    records = [replace(r, name="named/open", statistic="right") for r in records]
    records.append(replace(shown(STRONG, 0.9, "named/open"), statistic="refusal"))
    assert (
        "There it refuses 0.90 of the questions: a refusal is not privacy" in verdict(records)[1]
    )


@pytest.mark.parametrize(
    ("specs", "names", "labels"),
    [
        (["gaussian_blur:sigma=0.024", "gaussian_blur:sigma=0.0241"], ["gaussian_blur"],
         ["sigma 0.024", "sigma 0.0241"]),
        (["gaussian_blur:sigma=0.0240000001", "gaussian_blur:sigma=0.024"], ["gaussian_blur"],
         ["sigma 0.0240000001", "sigma 0.024"]),
        (["gaussian_blur:sigma=0.1", "gaussian_blur:sigma=0.1,region=image"], ["gaussian_blur"],
         ["region ellipse", "region image"]),
        ([WEAK, STRONG, f"{WEAK},region=image", f"{STRONG},region=image"],
         ["gaussian_blur, region ellipse", "gaussian_blur, region image"],
         ["sigma 0.1", "sigma 0.3"] * 2),
        (["mask:fill=grey", "mask:fill=black"], ["mask"], ["fill grey", "fill black"]),
    ],
)  # fmt: skip
def test_no_two_settings_print_alike(
    specs: list[str], names: list[str], labels: list[str]
) -> None:
    steps = [(spec, 0.5, (0.3, 0.6)) for spec in specs]
    records = audited(0.7, 0.0, (0.6, 0.8), steps)
    found = ladders(records)
    assert [ladder.name for ladder in found] == names
    assert [label for ladder in found for label in ladder.labels] == labels
    assert all(len({*ladder.ticks}) == len(ladder.specs) for ladder in found)
    start = labels[0][:4] if len(names) == 1 else specs[0][:4]
    faces = [line.split("  ")[0] for line in table_lines(named_columns(records)[0], 80)
             if line[1:].startswith(start)]  # fmt: skip
    assert len({*faces}) == len(specs)


def test_a_folder_of_pictures_is_told_without_the_pictures() -> None:
    spec = "folder:path=/gone,label=theirs"
    base = shown("none", 0.5)
    theirs = replace(base, defense=spec, params={"path": "/gone", "label": "theirs"})
    (ladder,) = ladders([base, theirs])
    assert (ladder.name, ladder.labels) == ("theirs", ("",))


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_the_terminal_with_their_intervals(width: int) -> None:
    records = audited(0.7, 0.0, (0.6, 0.8), [(f"gaussian_blur:sigma={n / 700}", 0.5, (0.3, 0.6))
                                             for n in range(1, 6)])  # fmt: skip
    for name, statistic in (("named/forced_calibrated", "rank1"), ("named/open", "right"),
                            ("named/open", "refusal"), ("named/open", "no_name"),
                            ("named/open/any", "right"), ("named/yes_no", "margin")):  # fmt: skip
        records += [replace(r, name=name, statistic=statistic) for r in records
                    if (r.name, r.statistic) == ("named/forced", "rank1")]  # fmt: skip
    for columns, said in (named_columns(records), reached_columns(records)):
        lines = table_lines(columns, width, caption=said)
        assert max(len(line) for line in lines) <= width
    assert "0.50 0.40-0.60" in "\n".join(table_lines(named_columns(records)[0], width))


def unasked(spec: str, value: float, low: float, **more: object) -> Record:
    told = {"name": "unasked/name", "statistic": "right", "low": low, "high": 1.0} | more
    return replace(shown(spec, value), **told)  # type: ignore[arg-type]


def test_a_page_without_names_claims_none() -> None:
    kept = {"kind": "utility", "name": "useful/kept", "statistic": "share"}
    records = [unasked("none", 0.9, 0.8), unasked(STRONG, 0.3, 0.2)]
    records += [shown(spec, 0.5, **kept) for spec in ("none", STRONG)]
    masked = shown("none", 0.4, group="control=face_masked", **kept)
    page = audit_page([*records, masked], {})
    assert "Use over strength" in page
    assert "Names over strength" not in page
    assert "All measures" not in page
    assert "use: kept, with a mask" not in page  # the rest of the photo is there: no floor


def test_what_is_left_of_use_is_drawn_beside_what_leaks() -> None:
    records = audited(0.7, 0.0, (0.6, 0.8), [(WEAK, 0.5, (0.3, 0.6)), (STRONG, 0.1, (0.0, 0.2))])
    (plain,) = curves(records)
    assert "use:" not in plain
    assert "Dashed" not in plain
    kept = {"kind": "utility", "name": "useful/kept", "statistic": "share"}
    useful = [shown(spec, value, **kept) for spec, value in ((WEAK, 0.9), (STRONG, 0.4))]
    (both,) = curves([*records, *useful])
    assert "use: kept" in both
    assert "Dashed: what the model is still good for" in both
    assert "sigma 0.3: 0.400" in both
    refused = [replace(r, name="useful/refused") for r in useful]
    assert curves([*records, *useful, *refused]) == [both]  # more of that is no use
    floor = replace(useful[0], defense="none", group="control=other_photo", value=0.3)
    assert "use: kept, shown somebody else" in curves([*records, *useful, floor])[0]
    others = [replace(r, name=f"{room}/thing") for r in records
              for room in ("same", "unasked")]  # fmt: skip
    told = [*records, *useful, *others, replace(records[0], group="text=with")]
    assert verdict(told) == verdict(records)
    beside = [*told, replace(records[0], group="text=without", value=0.2, n=20, low=0.1, high=0.4)]
    assert "no part of the name was read 4 of 20 photos (0.10" in " ".join(verdict(beside))
    mixed = [replace(above(STRONG, (-0.9, -0.8)), name="named/open", statistic="disclosure")]
    assert reached([*told, *mixed])[0] == reached(records)[0]  # other statistics are no names
    assert "some/model knows these people" in audit_page(told, {}).split("</header>")[0]


@pytest.mark.parametrize("name", ["named/yes_no", "named/open/any", "unasked/name"])
def test_a_way_of_asking_that_is_not_drawn_counts_too(name: str) -> None:
    """Choices among names were at their controls, and captions went on to name the person."""
    statistic = "margin" if name == "named/yes_no" else "right"
    records = audited(0.7, 0.1, (0.5, 0.7), [(STRONG, 0.1, (-0.04, 0.04))])
    assert "at its controls" in verdict(records)[1]
    records += [replace(r, name=name, statistic=statistic) for r in audited(
        0.7, 0.1, (0.5, 0.7), [(STRONG, 0.6, (0.3, 0.5))])]  # fmt: skip
    told = verdict(records)[1]
    assert "at its controls" not in told
    assert "it still names 36 of 60" in told
    assert reached_columns(records)[0][1].cells[-1] != ""


@pytest.mark.parametrize("names", [
    ["named/open"], ["named/open", "named/open/any"], ["named/open/any", "unasked/name"],
    ["unasked/name"],
])  # fmt: skip
def test_who_refuses_and_could_not_be_made_to_choose_is_not_called_private(
    names: Sequence[str],
) -> None:
    records = []
    for name in names:
        asked = {"name": name, "statistic": "right"}
        for record in audited(1.0, 0.0, (0.9, 1.0), [(STRONG, 0.0, (-0.04, 0.04))]):
            records.append(replace(record, **asked))  # type: ignore[arg-type]
    said = "unasked/name" if names == ["unasked/name"] else "named/open"
    records.append(shown(STRONG, 1.0, said, statistic="refusal"))
    assert "a refusal is not privacy" in verdict(records)[1]


def test_ten_people_do_not_show_that_a_model_knows_nobody() -> None:
    # a control that names one of ten by luck makes the difference 0 at most
    records = audited(0.0, 0.1, (-0.6, 0.0))
    few = [replace(r, people=10) for r in records]
    assert "does not know these people" in verdict(records)[0]
    assert verdict(few)[0].startswith("It cannot be told whether")
