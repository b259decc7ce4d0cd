"""A name that is printed in the picture: found by OCR, and told apart in the figures."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.audit import text
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.audit.shown.text_sections import without_text
from unmask.evaluate.audit.text import is_printed, parts_of, stands_in, with_text
from unmask.evaluate.audit.verdict import verdict
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.vlm.base import Matrix, Model, Picture

BELL = ("Anna Bell",)


@pytest.mark.parametrize(
    ("names", "line", "found"),
    [
        (BELL, "BELL 23", True),
        (BELL, "F.C. BE11", True),  # 1 for l
        (BELL, "annabell@example.org", True),
        (BELL, "A N N A B E L L", True),
        (BELL, "an all-time bet", False),
        (BELL, "BELLY BELT BALL", False),  # four letters allow no slip
        (("Georg Hahn",), "Gearg H.", True),  # five do
        (("Georg Hahn",), "Gearq H.", False),
        (("Georg Hahn",), "GeorgHhn", True),  # a lost space, and a slip elsewhere
        (("Al Wu",), "al an wu-ha", False),  # no word of three letters
        (("Al Wu",), "AL WU", True),  # but both of them
        (("Renée O'Connor",), "RENEE", True),
        (("Dr. Ida Jung",), "dr", False),
        (("Ida Jung", "Idol"), "IDOL LIVE", True),  # an alias
        (("李小明",), "歌手李小明演唱会", True),
        (("李小明",), "王小明", False),
    ],
)  # fmt: skip
def test_part_of_a_name(names: Sequence[str], line: str, found: bool) -> None:
    assert stands_in(names, [line]) == found


def test_short_words_are_no_part() -> None:
    assert parts_of(["An Al Berg"]) == {
        "berg",
        "analberg",
        "anaberg",
        "anberg",
        "bergan",
        "berganal",
    }


def drawn(line: str, *, scale: float = 0.7, turned: float = 0, size: int = 250) -> np.ndarray:
    picture = np.full((size, size, 3), 190, np.uint8)
    cv2.circle(picture, (size // 2, size // 3), size // 6, (160, 120, 100), -1)
    place = (size // 8, size * 3 // 4)
    cv2.putText(picture, line, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 120), 1 + (
        scale > 0.5), cv2.LINE_AA)  # fmt: skip
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), turned, 1)
    return cv2.warpAffine(picture, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="needs the extra ocr")
def test_it_is_read_off_a_picture() -> None:
    assert is_printed(drawn("Anna Bell 23"), BELL)
    assert not is_printed(drawn("Anna Bell 23"), ["Carl Dorn"])
    assert is_printed(drawn("Bell", turned=25), BELL)
    assert is_printed(drawn("Bell", scale=0.4, size=120), BELL)
    assert not is_printed(drawn(""), BELL)


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="needs the extra ocr")
def test_it_reads_without_a_network_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def never(*_: object) -> None:
        raise AssertionError("it asked the network")

    monkeypatch.setattr(socket.socket, "connect", never)
    picture = drawn("Ida Jung")
    assert is_printed(picture, ["Ida Jung"])
    monkeypatch.setattr(text, "lines_in", never)  # whoever resumes reads nothing twice
    assert is_printed(picture, ["Ida Jung"])


# ------------------------------------------------------------------ an audit, without the extra

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn", "Ida Jung", "Karl Lang")


def labelled(marked: int = 2) -> Subjects:
    """Six people with four photos each; a name is printed in `marked` of them, as a bright row."""
    found = load_subjects("orl:people=6,photos=4")
    cast = {key: Person(key, name) for key, name in zip(sorted(found.people), NAMES, strict=True)}
    photos = []
    for place, photo in enumerate(found.photos):
        if place % 4 < marked:
            pixels = photo.pixels.copy()
            pixels[0, :] = 10 * (1 + sorted(cast).index(photo.identity))
            photo = photo.with_pixels(pixels)
        photos.append(photo)
    return Subjects(found.label, cast, tuple(photos))


def label_of(picture: Picture) -> int | None:
    """Return the number that is printed in the top row."""
    marks = [] if picture is None else [int(mark) for mark in np.unique(picture[0])]
    return marks[0] // 10 - 1 if marks in [[10 * (n + 1)] for n in range(len(NAMES))] else None


class Reads(Model):
    """Knows no face; reads names."""

    def __init__(self) -> None:
        super().__init__("reads", "1", 4)

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        labels = [label_of(picture) for picture in pictures]
        return ["A person." if n is None else f"This is {NAMES[n]}." for n in labels]

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        labels = [label_of(picture) for picture in pictures]
        return np.array([[float(n is not None and c.endswith(NAMES[n])) for c in candidates]
                         for n in labels])  # fmt: skip


@pytest.fixture
def as_if_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the label be what OCR reads, so that these tests need no extra."""

    def lines(pixels: np.ndarray) -> list[str]:
        number = label_of(pixels)
        return [] if number is None else [NAMES[number].upper()]

    monkeypatch.setattr(text, "reader", lambda: "a reader")
    monkeypatch.setattr(text, "lines_in", lines)


def value(records: Sequence[Record], **wanted: object) -> Record:
    (found,) = find(records, **wanted)
    return found


@pytest.mark.usefixtures("as_if_read")
def test_who_only_reads_is_at_chance_without_text(tmp_path: Path) -> None:
    inquiry = Inquiry(probes=("open", "forced"), prompts=("direct",), contexts=("whole",))
    found = audit(Reads(), labelled(), inquiry, folder=tmp_path / "run")
    clean = {"defense": "none", "kind": "leakage", "name": "named/forced"}
    marked, bare, all_ = (
        value(found.records, group=g, **clean) for g in ("text=with", "text=without", "")
    )
    assert (marked.value, marked.n, bare.n, all_.n) == (1.0, 12, 12, 24)
    assert bare.value == pytest.approx(1 / 6)
    assert all_.value == pytest.approx((1 + 1 / 6) / 2)
    above = {"kind": "difference", "defense": "none", "group": "above=no_image"}
    everywhere = value(found.records, name="named/forced", **above)
    without = value(found.records, name="named/forced, text=without", **above)
    assert everywhere.value == pytest.approx((1 - 1 / 6) / 2)  # reading looks like knowing
    assert (without.value, without.n) == (pytest.approx(0.0), 12)
    assert "part of the person's name was read in 12 of 24 photos (a reader)" in found.notes[-1]
    told = (tmp_path / "run" / "config.json").read_text()
    assert told.count("part of the name is printed: ") == 12
    page = found.page.read_text()
    assert "By text in the photo" in page
    (said,) = [said for said in without_text(found.records) if said.startswith("By open")]
    assert said.startswith("By open 12 of 24 photos (")
    assert "no part of the name was read 0 of 12 photos (" in said
    assert any(
        "is printed in 12 of 24 photos. By forced" in said for said in verdict(found.records)
    )
    assert said.endswith("which is not shown to be beyond its controls.")
    assert not any(name in page for name in NAMES)


@pytest.mark.usefixtures("as_if_read")
def test_a_name_that_is_not_the_own_is_no_text() -> None:
    known = labelled()
    keys = sorted(known.people)
    shifted = dict(zip(keys, [known.people[k] for k in (*keys[1:], keys[0])], strict=True))
    wrong = {key: replace(person, identity=key) for key, person in shifted.items()}
    found = with_text(replace(known, people=wrong))
    assert found.printed == frozenset()
    assert "read in 0 of 24 photos" in found.notes[-1]


@pytest.mark.usefixtures("as_if_read")
def test_where_none_is_printed_there_are_no_strata(tmp_path: Path) -> None:
    inquiry = Inquiry(probes=("forced",), contexts=("whole",))
    found = audit(Reads(), labelled(0), inquiry, folder=tmp_path / "run")
    assert not [r for r in found.records if "text=" in r.group + r.name]


def test_without_the_extra_a_note_says_that_nobody_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "reader", lambda: "")
    photo = Photo(np.zeros((8, 8, 3), np.uint8), "a", "s1")
    found = with_text(Subjects("d", {"s1": Person("s1", "Anna Bell")}, (photo,)))
    assert found.printed is None
    assert "pip install 'unmask[ocr]'" in found.notes[-1]
    assert "was not looked for" in found.notes[-1]
