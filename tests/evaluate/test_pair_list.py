"""Lists of pairs: LFW's form to the letter, any other, and what would mislead is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from unmask.evaluate.data.pair_list import (
    NamedPair,
    make_pairs,
    read_pairs,
    write_any,
    write_lfw,
)

LFW = """2\t2
Abel_Pacheco\t1\t4
Akhmed_Zakayev\t1\t3
Abdel_Madi_Shabneh\t1\tDean_Barker\t1
Abdel_Madi_Shabneh\t1\tGiancarlo_Fisichella\t1
Zico\t2\t1
Zico\t3\t12
Ann_Lee\t1\tBo\t1
Ann_Lee\t2\tCy\t10
"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "pairs.txt"
    path.write_text(text)
    return path


def test_lfw_form(tmp_path: Path) -> None:
    found = read_pairs(listed(tmp_path, LFW))
    assert len(found.pairs) == 8
    assert not found.notes
    assert found.pairs[0] == NamedPair(
        "Abel_Pacheco/Abel_Pacheco_0001.jpg", "Abel_Pacheco/Abel_Pacheco_0004.jpg", True, 0
    )
    assert found.pairs[3] == NamedPair(
        "Abdel_Madi_Shabneh/Abdel_Madi_Shabneh_0001.jpg",
        "Giancarlo_Fisichella/Giancarlo_Fisichella_0001.jpg", False, 0,
    )  # fmt: skip
    assert found.pairs[7] == NamedPair("Ann_Lee/Ann_Lee_0002.jpg", "Cy/Cy_0010.jpg", False, 1)
    assert write_lfw(found) == LFW.replace("Zico\t2\t1", "Zico\t2\t1")


def test_the_form_of_view_1_has_no_folds(tmp_path: Path) -> None:
    matched = [f"p{n}\t1\t2" for n in range(20)]
    other = [f"p{n}\t1\tq{n}\t1" for n in range(20)]
    found = read_pairs(listed(tmp_path, "\n".join(["20", *matched, *other])))
    assert Counter((pair.fold, pair.same) for pair in found.pairs) == {
        (fold, same): 2 for fold in range(10) for same in (True, False)
    }
    assert "has no folds" in found.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "a/1.png b/2.png 0 3\na/1.png a/2.png 1 3\nc/1.png c/2.png 1 4\nc/1.png d/1.png 0 4\n",
        "path,other,same,fold\na/1.png,b/2.png,0,3\na/1.png,a/2.png,1,3\n"
        "c/1.png,c/2.png,1,4\nc/1.png,d/1.png,0,4\n",
    ],
)
def test_any_other_list(tmp_path: Path, text: str) -> None:
    found = read_pairs(listed(tmp_path, text))
    assert found.pairs[:2] == (
        NamedPair("a/1.png", "b/2.png", False, 3),
        NamedPair("a/1.png", "a/2.png", True, 3),
    )
    again = listed(tmp_path, write_any(found))
    assert read_pairs(again) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "lists no pairs"),
        (LFW + "Zico\t5\t6\n", r"2 x 2 pairs of each kind, 8 in all, .* got 9"),
        (LFW.replace("Zico\t2\t1", "Zico\t2\tBo\t1"), r"line 6 must be 'name 1 2'"),
        (LFW.replace("\tDean_Barker\t1", "\t2"), r"line 4 must be 'name 1 other 2'"),
        (LFW.replace("Zico\t2\t1", "Zico\t2\tx"), r"line 6 must be"),
        (LFW.replace("Zico\t2\t1", "Zico\t2\t2"), r"Zico_0002.jpg is paired with itself"),
        (LFW.replace("Bo\t1", "Ann_Lee\t3"), r"line 8: Ann_Lee is listed as two people"),
        (LFW.replace("Zico\t2\t1", "Abel_Pacheco\t4\t1"), "are in two folds"),
        ("a b 1 0\na c 0 0\nb a 0 1\nd e 1 1\n", "listed as one person and as two"),
        ("a b 1 0\na c 0 0\na d 0 1\n", "each with pairs of both kinds"),
        ("a b 1 0\na c 0\n", "every pair has a fold, or none has"),
        ("a b 1 0\na c yes 0\n", r"line 2 must be two paths, 1 or 0"),
        ("a b 1\n", "two folds or more"),
        ("1 0\n", "two folds or more|lists"),
    ],
)
def test_lists_that_would_mislead(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_pairs(listed(tmp_path, text))


def test_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_bytes(b"\xff\xfe\0")
    with pytest.raises(ValueError, match="cannot read"):
        read_pairs(tmp_path / "pairs.txt")
    with pytest.raises(ValueError, match="cannot read"):
        read_pairs(tmp_path)


def test_made_pairs_keep_people_to_one_fold() -> None:
    photos = {f"p{n}": [f"p{n}/p{n}_{k:04d}.jpg" for k in range(1, 2 + n % 4)] for n in range(80)}
    made = make_pairs(photos, folds=4, each=12)
    assert make_pairs(photos, folds=4, each=12) == made != make_pairs(photos, each=12, folds=4,
                                                                      seed=1)  # fmt: skip
    assert Counter((pair.fold, pair.same) for pair in made.pairs) == {
        (fold, same): 12 for fold in range(4) for same in (True, False)
    }
    folds: dict[str, set[int]] = {}
    for pair in made.pairs:
        people = {key.partition("/")[0] for key in pair[:2]}
        assert len(people) == 2 - pair.same
        for person in people:
            folds.setdefault(person, set()).add(pair.fold)
    assert {len(mine) for mine in folds.values()} == {1}
    assert len({frozenset(pair[:2]) for pair in made.pairs}) == len(made.pairs)
    with pytest.raises(ValueError, match=r"needs 300 pairs of one person, but its 6 people have"):
        make_pairs(photos)


def test_made_pairs_are_read_back(tmp_path: Path) -> None:
    photos = {f"Jo_{n}": [f"Jo_{n}/Jo_{n}_{k:04d}.jpg" for k in (1, 2, 3)] for n in range(12)}
    made = make_pairs(photos, folds=2, each=5)
    for text in (write_lfw(made), write_any(made)):
        assert read_pairs(listed(tmp_path, text)) == made
    with pytest.raises(ValueError, match="LFW's form has photos such as"):
        write_lfw(make_pairs({n: [f"{n}/{k}.png" for k in (1, 2)] for n in "abcdef"}, folds=2,
                             each=3))  # fmt: skip
