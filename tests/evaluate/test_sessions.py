"""Sessions: gallery and probes of a person never share one."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import Photo
from unmask.evaluate.data.scene import prepare
from unmask.evaluate.data.sessions import read_sessions
from unmask.evaluate.data.split import split_people

PIXELS = np.zeros((4, 4, 3), np.uint8)


def photos_of(counts: dict[str, int]) -> list[Photo]:
    return [Photo(PIXELS, f"p{p:02}/{session}-{i}.png", f"p{p:02}")
            for p in range(12) for session, count in counts.items()
            for i in range(count)]  # fmt: skip


def session(key: str) -> str:
    return key.partition("/")[2].partition("-")[0]


@pytest.mark.parametrize(
    ("counts", "known"),
    [({"may": 4, "june": 4}, 4), ({"a": 2, "b": 2, "c": 2, "d": 2}, 4), ({"a": 1, "b": 9}, None)],
)
def test_the_split_keeps_sessions_apart(counts: dict[str, int], known: int | None) -> None:
    photos = photos_of(counts)
    sessions = {photo.key: session(photo.key) for photo in photos}
    plain, apart = split_people(photos), split_people(photos, sessions=sessions)
    assert plain.hash != apart.hash
    for name in {photo.identity for photo in photos}:
        mine = [photo.key for photo in photos if photo.identity == name]
        gallery = {session(key) for key in mine if apart.role(key) == "gallery"}
        probes = {session(key) for key in mine if apart.role(key) == "probe"}
        assert gallery
        assert probes
        assert gallery.isdisjoint(probes)
        assert gallery | probes == set(counts)
    taken = {session(key) for key in apart.gallery}
    assert taken.isdisjoint({session(key) for key in apart.probe})  # for everybody the same
    if known:
        assert len(apart.gallery) == 12 * known


def test_one_session_leaves_a_person_out() -> None:
    photos = photos_of({"may": 2, "june": 2})
    sessions = {photo.key: session(photo.key) for photo in photos}
    sessions |= {key: "may" for key in sessions if key.startswith("p03")}
    split = split_people(photos, sessions=sessions)
    assert [str(entry) for entry in split.left_out] == ["p03: 1 session, 2 are needed"]
    assert not split.part("p03")
    with pytest.raises(ValueError, match="12 more have one session only"):
        split_people(photos, sessions=dict.fromkeys(sessions, "may"))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["file,session"]
    for person in range(13):
        for photo in range(4):
            key = f"p{person:02}/{photo}.png"
            path = tmp_path / "data" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            small = Image.fromarray(rng.integers(0, 255, (9, 9, 3), np.uint8))
            small.resize((64, 64)).save(path)
            lines.append(f"{key},{'one' if person == 5 else photo // 2}")
    (tmp_path / "sessions.csv").write_text(
        "\n".join(line for line in lines if "p07/3" not in line)
    )
    return tmp_path


def test_a_table_beside_the_data(people: Path) -> None:
    scene = prepare(str(people / "data"), sessions=people / "sessions.csv")
    assert (
        "1 person left out: fewer than 2 sessions (--names lists them in config.json)"
        in scene.notes
    )
    assert scene.notes[-1] == (
        "gallery and probes of a person come from different sessions; "
        "left out without a session: 1 photo"
    )
    known, asked = ({int(p.key[4]) // 2 for p in part} for part in (scene.gallery, scene.probes))
    assert len(known) == len(asked) == 1
    assert known != asked
    assert "p07/3.png" not in scene.split.gallery | scene.split.probe


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("photo,session\na,b", "needs the columns file, session"),
        ("file,session\na/1.png,", "line 2: no session"),
        ("file,session\na,b\na,c", "line 3: a occurs twice"),
        (None, "cannot read"),
    ],
)
def test_bad_tables_are_said(tmp_path: Path, text: str | None, said: str) -> None:
    table = tmp_path / "sessions.csv"
    if text is not None:
        table.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_sessions(table)


def test_a_table_of_other_photos_is_refused(people: Path) -> None:
    (people / "sessions.csv").write_text("file,session\nelsewhere/1.png,1")
    with pytest.raises(ValueError, match=r"none of the 52 photos, .*they name 'elsewhere/1.png'"):
        prepare(str(people / "data"), sessions=people / "sessions.csv")
