"""Tables that travel in the wheel: they carry their state, and none that was edited is read."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from unmask.defenses import DEFENSES
from unmask.evaluate.advice import shipped
from unmask.evaluate.advice.measuring import SETTINGS
from unmask.evaluate.advice.shipped import MEASURED, read_table, tables, write_table
from unmask.evaluate.advice.table import Figure, Table, settings_of
from unmask.evaluate.results.records import Record


def test_a_table_survives_writing(table: Table, tmp_path: Path) -> None:
    write_table(tmp_path / "made.json", table)
    assert read_table(tmp_path / "made.json") == table
    states = [one["state"] for one in json.loads((tmp_path / "made.json").read_text())["settings"]]
    assert states.count("at least") == 1
    assert states.count("invalid") == 1


def test_what_is_shipped_is_sound() -> None:
    known = {table.name for table in tables()}
    assert "orl" in known
    for table in tables():
        assert table.kind
        assert table.title
        assert table.made
        assert table.command.startswith("unmask compare")
        assert table.undefended
        assert table.undefended.value > 0.5
        assert table.people >= 12
        specs = {DEFENSES.build(spec).spec for spec in SETTINGS}
        assert specs <= {one.defense for one in table.settings}


def test_no_table_tells_of_a_machine_or_a_person() -> None:
    for path in MEASURED.glob("*.json"):
        text = path.read_text("utf-8")
        assert "/work" not in text
        assert "/home" not in text
        assert ".jpg" not in text
        assert ".pgm" not in text


def _edits() -> dict[str, Callable[[dict[str, Any]], object]]:
    def leakage(entry: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = entry["settings"][2]["leakage"]
        return found

    bound = 4  # the row that is a lower bound
    return {
        "a lower value": lambda e: leakage(e).update(value=0.03),
        "above its upper end": lambda e: leakage(e).update(value=0.5),
        "a narrower interval": lambda e: leakage(e).update(high=0.06),
        "more people": lambda e: leakage(e).update(people=900),
        "a bound made ok": lambda e: (
            e["settings"][bound].update(state="ok"),
            e["settings"][bound]["leakage"].update(state="ok"),
        ),
        "a state that is none": lambda e: leakage(e).update(state="fine"),
        "no state": lambda e: e["settings"][2].pop("state"),
        "no clean photos": lambda e: e["settings"].pop(0),
        "another spec": lambda e: e["settings"][2].update(defense="gaussian_blur:sigma=0.1"),
        "another schema": lambda e: e.update(schema=2),
        "a text": lambda e: leakage(e).update(high="0.1"),
        "nothing of it": lambda e: e.clear(),
    }


@pytest.mark.parametrize("edit", list(_edits()))
def test_an_edited_table_is_refused(edit: str, table: Table, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    write_table(path, table)
    entry = json.loads(path.read_text())
    _edits()[edit](entry)
    path.write_text(json.dumps(entry))
    with pytest.raises(ValueError, match=r"made\.json is no"):
        read_table(path)


@pytest.mark.parametrize(
    "edit", ["above its upper end", "a bound made ok", "a state that is none", "no state",
             "no clean photos", "a text"],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_whatever_its_checksum(
    edit: str, table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "made.json"
    write_table(path, table)
    entry = json.loads(path.read_text())
    del entry["sha256"]
    _edits()[edit](entry)
    path.write_text(json.dumps({**entry, "sha256": shipped._digest(entry)}))
    with pytest.raises(ValueError, match=r"made\.json is no table"):
        read_table(path)


def test_a_cut_table_is_refused(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    write_table(path, table)
    path.write_text(path.read_text()[:-200])
    with pytest.raises(ValueError, match=r"made\.json"):
        read_table(path)


def test_nothing_is_written_that_would_be_refused(table: Table, tmp_path: Path) -> None:
    turned = replace(table.settings[0], leakage=Figure(0.5, 0.6, 0.4, 0.1, 9, "x"))
    with pytest.raises(ValueError, match="in this order"):
        write_table(tmp_path / "a.json", replace(table, settings=(turned,)))
    assert not list(tmp_path.iterdir())


def test_records_keep_their_state() -> None:
    def record(name: str, statistic: str, **more: Any) -> Record:
        given = {"people": 20, "chance": 0.05, "attack": "pixels", **more}
        return Record("set", "s", "standard", "mask:margin=0.1,fill=black", {}, "leakage", name,
                      statistic, **given)  # fmt: skip

    (found,) = settings_of([
        record("worst", "rank1", value=0.2, low=0.1, high=0.3, status="at least", reason="broke"),
        record("album", "rank1@all", value=0.4, low=0.3, high=0.5, status="at least"),
        record("line-up", "rank1@people=5", value=0.6, low=0.5, high=0.7),
        record("context", "rank1", status="unavailable"),
        record("worst", "rank1", value=0.25, low=0.1, high=0.6, group="sex=f", status="at least"),
    ])  # fmt: skip
    assert found.leakage.state == found.answers["album"].state == "at least"
    assert found.reason == "broke"
    assert set(found.answers) == {"album", "line-up of 5"}
    assert found.groups["sex=f"].high == 0.6
    assert not found.holds(1.0)
    assert found.highest == 1.0
