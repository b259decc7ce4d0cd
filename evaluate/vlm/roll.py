"""People as a table lists them: names, aliases, fame, gender and further attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..data.tables import read_rows

TRAITS = ("age", "ethnicity", "occupation")  # columns of a table, beside `gender`


@dataclass(frozen=True)
class Person:
    """Somebody who may be named.

    Args:
        identity: key in the data.
        name: as it is asked and answered.
        aliases: other names.
        fame: stratum, empty if unknown.
        gender: any label, empty if unknown; candidates are chosen among equals.
        traits: what else is known, by attribute (`TRAITS`).
    """

    identity: str
    name: str
    aliases: tuple[str, ...] = ()
    fame: str = ""
    gender: str = ""
    traits: tuple[tuple[str, str], ...] = ()

    def trait(self, name: str) -> str:
        """Return what is known of an attribute; empty if nothing."""
        return self.gender if name == "gender" else dict(self.traits).get(name, "")


def read_names(path: Path) -> dict[str, str]:
    """Return names by identity from a CSV file with the columns `identity` and `name`.

    Raises:
        ValueError: a bad table.
    """
    return {key: person.name for key, person in read_people(path).items()}


def read_people(path: Path) -> dict[str, Person]:
    """Return people by identity from a CSV file, as `read_names` does.

    Raises:
        ValueError: a bad table, or somebody who is listed twice.
    """
    found = {}
    for number, row in enumerate(read_rows(path, ("identity", "name")), 2):
        key = row["identity"].strip()
        if key in found:
            raise ValueError(f"{path}, line {number}: {key} occurs twice")
        found[key] = person_of(key, row)
    return found


def person_of(identity: str, row: Mapping[str, str]) -> Person:
    """Return the person that a row of a table tells of."""
    aliases = tuple(filter(None, map(str.strip, (row.get("aliases") or "").split(";"))))
    fame, gender = ((row.get(column) or "").strip() for column in ("fame", "gender"))
    traits = tuple((column, told) for column in TRAITS
                   if (told := (row.get(column) or "").strip()))  # fmt: skip
    return Person(identity, row["name"].strip(), aliases, fame, gender.lower(), traits)
