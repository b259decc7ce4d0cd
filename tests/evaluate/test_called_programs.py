"""Programs that are called take part like any defense: attackers call them, too."""

import sys
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.apply import apply
from unmask.evaluate.cli.specs import split_specs
from unmask.evaluate.comparison.blind import blind
from unmask.evaluate.comparison.config import files_of
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.shown import shown_names
from unmask.evaluate.results.summary import rows
from unmask.evaluate.tuning.spaces import search_space

PROGRAM = """
import os, sys
from pathlib import Path
from PIL import Image
source, target, level, way = sys.argv[1:5]
for number, file in enumerate(sorted(Path(source).iterdir())):
    picture = Image.open(file)
    if way == "draw":
        level = os.urandom(1)[0]
    if way == "lose" and number % 2:
        sys.exit("no weights here") if level == "0" else None
        continue
    Image.new("RGB", picture.size, (int(level),) * 3).save(Path(target) / file.name)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "run.py").write_text(PROGRAM, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(place: Path, way: str, *, random: bool = False) -> str:
    (place / f"{way}.toml").write_text(
        f"command = \"'{sys.executable}' run.py {{input}} {{output}} {{level}} {way}\"\n"
        f"random = {str(random).lower()}\n"
        "[space]\nlevel = { weak = 0, strong = 255, default = 128 }\n",
        "utf-8",
    )
    return f"command:{way}.toml"


def test_who_paints_grey_is_safe_and_attackers_have_called_it(place: Path, scene: Scene) -> None:
    found = measure(written(place, "grey"), scene, Plan(("naive", "matched"), (), ("dlib",)))
    assert set(found.outcomes) == {"defended"}
    assert found.copies == len(scene.gallery) + len(scene.background)
    assert not found.lost_copies
    assert not found.doubts
    assert found.region.startswith("ellipse") or not found.region
    for attack in found.attacks:
        assert attack.credits["rank1"].mean() == pytest.approx(1 / scene.people)


def test_what_it_loses_is_attacked_as_it_is(place: Path, scene: Scene) -> None:
    found = measure(written(place, "lose"), scene, Plan(("naive",), (), ("dlib",)))
    failed = np.array([outcome == "failed" for outcome in found.outcomes])
    assert 0.4 <= failed.mean() <= 0.5
    (reason,) = set(found.failures.values())
    assert (
        reason == "the program must write one picture for each photo, it wrote none for this one"
    )
    (attack,) = found.attacks
    assert attack.credits["rank1"][failed].mean() > 0.8, "they leak"
    found = measure(f"{written(place, 'lose')},level=0", scene, Plan(("naive",), (), ("dlib",)))
    assert set(found.outcomes) == {"failed"}
    assert "it said: no weights here" in next(iter(found.failures.values()))


def test_a_random_one_gives_attackers_draws_of_their_own(place: Path, scene: Scene) -> None:
    defense = DEFENSES.build(written(place, "draw", random=True))
    assert defense.draws
    hidden = blind(scene, 0)
    copies = OwnCopies(Blindfolded(defense, 0, hidden.names))
    some = hidden.gallery[:8]
    first, again, second = copies(some), copies(some), copies(some, draw=1)
    level = [[int(photo.pixels[0, 0, 0]) for photo in made] for made in (first, again, second)]
    assert level[0] == level[1] != level[2]


def test_one_that_draws_in_secret_is_found_out(place: Path, scene: Scene) -> None:
    found = measure(written(place, "draw"), scene, Plan(("naive",), (), ("dlib",)))
    assert any("though the defense says that it does not draw" in doubt for doubt in found.doubts)


def test_its_files_decide_what_may_be_taken_over(place: Path) -> None:
    spec = written(place, "grey")
    before = files_of([spec])
    assert {Path(name).name for name in before} >= {"grey.toml", "run.py"}
    (place / "run.py").write_text(f"{PROGRAM}\n# mended\n", "utf-8")
    after = files_of([spec])
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {str(place / "run.py"), f"modules in {place}"}


def test_a_file_stands_where_a_defense_does(place: Path) -> None:
    written(place, "grey")
    assert split_specs("none grey.toml mine=grey.toml,level=3 grey.toml:level=9 ./grey.toml") == [
        "none",
        "command:path=grey.toml",
        "command:path=grey.toml,label=mine,level=3",
        "command:path=grey.toml,level=9",
        "command:path=./grey.toml",
    ]
    (place / "my tool.toml").write_text((place / "grey.toml").read_text("utf-8"), "utf-8")
    (spec,) = split_specs("'my tool.toml'")
    assert DEFENSES.build(spec).parameters["label"] == "my tool"
    assert split_specs("command:grey.toml") == ["command:grey.toml"]
    assert list(search_space("command:path=grey.toml")) == ["level"]


def test_people_read_its_name_and_not_where_it_lies(place: Path) -> None:
    written(place, "grey")
    specs = split_specs("grey.toml grey.toml:level=9 mine=grey.toml")
    records = [
        Record("d", "s", "quick", built.spec, built.parameters, "leakage", "worst", "rank1",
               value=0.5)
        for built in map(DEFENSES.build, specs)
    ]  # fmt: skip
    assert [*shown_names(records).values()] == ["grey:level=128", "grey:level=9", "mine:level=128"]
    assert [row.family for row in rows(records)] == ["grey", "grey", "mine"]


def test_it_is_applied(place: Path, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    Image.fromarray(np.zeros((30, 20, 3), np.uint8)).save(tmp_path / "photos" / "Ann_Lee.png")
    defense = DEFENSES.build(f"{written(place, 'grey')},level=7")
    done = apply(defense, tmp_path / "photos", tmp_path / "made", workers=1)
    assert [row.outcome for row in done.rows] == ["defended"]
    assert np.unique(np.asarray(Image.open(tmp_path / "made" / "Ann_Lee.png"))).tolist() == [7]
    assert isinstance(defense(Photo(np.zeros((9, 9, 3), np.uint8))).photo, Photo)
