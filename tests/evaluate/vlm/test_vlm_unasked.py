"""What is told unasked, and the two rates: made-up witnesses whose figures are known."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.audit.shown.rates_section import rates_table
from unmask.evaluate.audit.shown.unasked_section import controlled_table, unasked_table
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.vlm.attributes.found import ATTRIBUTES
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.roll import Person, read_people
from unmask.evaluate.vlm.wording import UNASKED

PEOPLE = (("Anna Bell", "female", "actress"), ("Carl Dorn", "male", "judge"),
          ("Emma Falk", "female", "singer"), ("Georg Hahn", "male", "doctor"),
          ("Ida Jung", "female", "judge"), ("Karl Lang", "male", "singer"),
          ("Lena Moor", "female", "doctor"), ("Otto Pahl", "male", "actor"))  # fmt: skip
BLANK = "constant:region=image"
REFUSAL = "I'm sorry, but I can't identify people."
NOBODY = "There is a wall."
OF = {"defense": "none", "group": "", "kind": "leakage"}


def subjects() -> Subjects:
    found = load_subjects("orl:people=8,photos=2")
    cast = {
        key: Person(key, name, fame="high" if number < 4 else "low", gender=gender,
                    traits=(("occupation", work),))
        for number, (key, (name, gender, work)) in enumerate(
            zip(sorted(found.people), PEOPLE, strict=True))
    }  # fmt: skip
    return replace(found, people=cast)


Says = Callable[[Person | None, str], str]


class Witness(Model):
    """Knows people by the brightness of their photos, and says what it is told to."""

    weighs = False

    def __init__(self, known: Subjects, says: Says) -> None:
        super().__init__("witness", "1", 4)
        self.photos = [(p.pixels.mean(), known.people[p.identity]) for p in known.photos]
        self.says = says

    def whom(self, picture: Picture) -> Person | None:
        if picture is None or picture.std() < 1:
            return None
        light, person = min(self.photos, key=lambda entry: abs(entry[0] - picture.mean()))
        return person if abs(light - picture.mean()) < 0.8 else None

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return [self.says(self.whom(p), asked) for p, asked in zip(pictures, prompts, strict=True)]

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        return np.zeros((len(pictures), len(candidates)))


def described(person: Person) -> str:
    kind = "woman" if person.gender == "female" else "man"
    return f"A smiling {kind}, the {person.trait('occupation')} {person.name}, before a wall."


def taught(person: Person | None, asked: str) -> str:
    return NOBODY if person is None else described(person)


def ran(says: Says, folder: Path, probes: tuple[str, ...] = ("open", "unasked")) -> list[Record]:
    known = subjects()
    inquiry = Inquiry(defenses=(BLANK,), probes=probes, contexts=("whole",), candidates=0)
    return list(audit(Witness(known, says), known, inquiry, folder=folder, text=False).records)


@pytest.fixture(scope="module")
def leak(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    return ran(taught, tmp_path_factory.mktemp("audits") / "taught")


def value(records: Sequence[Record], **wanted: Any) -> float:
    found = find(records, **wanted)
    assert len(found) == 1, wanted
    assert found[0].value is not None, found[0].reason
    return found[0].value


def above(records: Sequence[Record], name: str, control: str, defense: str = "none") -> Record:
    (found,) = find(records, kind="difference", name=name, defense=defense,
                    group=f"above={control}")  # fmt: skip
    return found


def blank(records: Sequence[Record]) -> str:
    return next(r.defense for r in records if r.defense.startswith("constant"))


def test_a_planted_leak(leak: list[Record]) -> None:
    assert value(leak, name="unasked/name", statistic="right", **OF) == 1
    assert value(leak, name="unasked/name", statistic="other", **OF) == 0
    for name in ("gender", "occupation"):
        assert value(leak, name=f"unasked/{name}", statistic="said", **OF) == 1
        assert value(leak, name=f"unasked/{name}", statistic="right", **OF) == 1
        assert above(leak, f"unasked/{name}", "no_image").value == 1
    # of the 7 others, 3 have the same gender and 1 the same occupation
    assert above(leak, "unasked/gender", "shuffled_names").value == pytest.approx(4 / 7)
    assert above(leak, "unasked/occupation", "shuffled_names").value == pytest.approx(6 / 7)
    assert value(leak, name="unasked/expression", statistic="said", **OF) == 1
    assert not find(leak, name="unasked/expression", statistic="right")  # nobody knows it
    assert not find(leak, name="unasked/gender/kept", defense="none", kind="leakage", group="")


def test_a_constant_picture_gives_nothing_away(leak: list[Record]) -> None:
    here = OF | {"defense": blank(leak)}
    assert value(leak, name="unasked/name", statistic="right", **here) == 0
    for name in ATTRIBUTES:
        assert value(leak, name=f"unasked/{name}", statistic="said", **here) == 0
    assert value(leak, name="unasked/gender/kept", **here) == 0
    assert above(leak, "unasked/gender/kept", "shuffled_names", blank(leak)).value == 0


def test_the_same_witness_with_shuffled_names_gives_nothing_away(tmp_path: Path) -> None:
    cast = list(subjects().people.values())

    def shuffled(person: Person | None, asked: str) -> str:
        return taught(person and cast[(cast.index(person) + 3) % len(cast)], asked)

    records = ran(shuffled, tmp_path / "run", ("unasked",))
    assert value(records, name="unasked/name", statistic="right", **OF) == 0
    assert value(records, name="unasked/name", statistic="other", **OF) == 1
    for name in ("gender", "occupation"):
        assert (above(records, f"unasked/{name}", "shuffled_names").low or 0) < 0.01


def test_what_is_always_said_is_no_leak(tmp_path: Path) -> None:
    records = ran(lambda person, asked: described(Person("x", "Anna Bell", gender="female")),
                  tmp_path / "run", ("unasked",))  # fmt: skip
    assert value(records, name="unasked/gender", statistic="said", **OF) == 1
    assert value(records, name="unasked/gender", statistic="right", **OF) == 0.5
    for control in ("no_image", "other_photo", "face_masked", "shuffled_names"):
        gap = above(records, "unasked/gender", control)
        assert gap.value == pytest.approx(
            0, abs=0.08
        )  # 4 of the 7 others are not so many as 4 of 8
        assert (gap.low or 0) <= 0
    kept = OF | {"defense": blank(records), "name": "unasked/gender/kept"}
    assert value(records, **kept) == 1
    assert above(records, "unasked/gender/kept", "shuffled_names", blank(records)).value == 0


def test_a_witness_who_says_every_value_is_at_its_controls(tmp_path: Path) -> None:
    records = ran(lambda person, asked: "A man and a woman, a judge, a doctor.", tmp_path / "run",
                  ("unasked",))  # fmt: skip
    assert value(records, name="unasked/gender", statistic="right", **OF) == 1
    assert above(records, "unasked/gender", "shuffled_names").value == 0
    assert above(records, "unasked/gender", "no_image").value == 0


def test_who_refuses_and_names_to_one_prompt_knows_them_all(tmp_path: Path) -> None:
    def wary(person: Person | None, asked: str) -> str:
        return described(person) if person and "caption" in asked else REFUSAL

    records = ran(wary, tmp_path / "run", ("open",))
    assert value(records, name="named/open", statistic="right", **OF) == pytest.approx(0.2)
    for group in ("", "fame=high", "fame=low"):
        here = OF | {"group": group, "name": "named/open"}
        assert value(records, statistic="refusal", **here) == pytest.approx(0.8)
        assert value(records, statistic="disclosure", **here) == 1
        assert value(records, statistic="guess", **here) == 0
    shuffled = value(records, name="named/open", statistic="disclosure", defense="none",
                     group="control=shuffled_names,fame=high")  # fmt: skip
    assert shuffled == 0
    assert above(records, "named/open/disclosure", "shuffled_names").value == 1
    (none,) = find(records, name="named/open/disclosure", defense="none", group="above=no_image")
    assert none.status == "unavailable"  # it refuses without a picture, which is no 0


def test_nothing_but_refusals_or_silence_is_unavailable_and_never_0(tmp_path: Path) -> None:
    for number, said in enumerate((REFUSAL, " ")):
        records = ran(lambda person, asked, said=said: said, tmp_path / str(number), ("open",))
        told = [r for r in records if r.statistic in ("disclosure", "guess")]
        assert {r.status for r in told} == {"unavailable"}
        assert all(r.value is None and "says nothing about" in r.reason for r in told)
        head, body = rates_table(records)
        assert body[0][head.index("of answers: right")] == "!unavailable"


def test_a_guess_is_not_knowledge(tmp_path: Path) -> None:
    records = ran(lambda person, asked: "This is Anna Bell.", tmp_path / "run", ("open",))
    high = OF | {"group": "fame=high", "name": "named/open"}
    assert value(records, statistic="disclosure", **high) == pytest.approx(1 / 4)
    assert value(records, statistic="guess", **high) == pytest.approx(3 / 4)
    gap = find(records, name="named/open/disclosure", defense="none",
               group="fame=high,above=no_image")[0]  # fmt: skip
    assert gap.value == 0
    assert (gap.low or 0) <= 0 <= (gap.high or 0)
    assert value(records, name="named/open", statistic="disclosure",
                 group="control=no_image,fame=low") == 0  # fmt: skip


def test_tables(leak: list[Record]) -> None:
    head, body = unasked_table(leak)
    assert [row[0] for row in body[:2]] == ["clean", "constant"]
    assert body[0][head.index("gender")].startswith("1.000")
    assert [row[1] for row in rates_table(leak)[1][:3]] == ["everybody", "high", "low"]
    assert {row[2] for row in controlled_table(leak)[1]} == {"right", "kept"}


def test_a_table_of_people_gives_more_attributes(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "identity,name,gender,age,occupation\na,Anna Bell,F,44,\nb,Carl Dorn,m,,judge\n"
    )
    anna, carl = read_people(path).values()
    assert (anna.trait("age"), anna.trait("occupation"), anna.trait("gender")) == ("44", "", "f")
    assert carl.traits == (("occupation", "judge"),)


def test_an_entry_that_no_list_holds_is_left_out_and_not_counted_as_hidden(tmp_path: Path) -> None:
    known = subjects()
    first, *others = sorted(known.people)
    cast = known.people | {
        first: replace(known.people[first], traits=(("occupation", "thatcher"),))
    }
    known = replace(known, people=cast)
    inquiry = Inquiry(probes=("unasked",), contexts=("whole",), candidates=0)
    records = audit(Witness(known, taught), known, inquiry, folder=tmp_path, text=False).records
    (found,) = find(records, name="unasked/occupation", statistic="right", **OF)
    assert (found.value, found.people) == (1, len(others))
    assert "1 people are left out" in found.reason


def test_nobody_is_asked_for() -> None:
    words = " ".join(UNASKED.values()).lower()
    assert not {"who", "name", "person", "identify", "shown"} & set(words.split())
