"""What travels between the parts of a run over shards."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..manifest import Row
from ..settings import Settings


@dataclass(frozen=True)
class ShardConfig:
    """All that decides what a shard becomes; can be pickled, for a process anywhere.

    Args:
        settings: what a picture becomes.
        columns: of a table, those whose pictures are anonymized; empty: all that hold any.
        outcome_column: of a table, a column to add that says what became of each row, which
            then stays, with null for a picture that is left out. Empty: such rows are left out.
    """

    settings: Settings
    columns: tuple[str, ...] = ()
    outcome_column: str = ""

    @property
    def digest(self) -> str:
        """Text that changes whenever the results would; it tells nothing of a secret seed."""
        text = json.dumps([self.settings.digest, self.columns, self.outcome_column])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Shard(NamedTuple):
    """A file of many pictures, the file it becomes, and its stable name.

    Args:
        source: the file.
        target: the file to write.
        key: its path below the source, with forward slashes: seeds are made of it, and the
            paths of the rows start with it.
    """

    source: Path
    target: Path
    key: str


@dataclass(frozen=True)
class ShardDone:
    """What became of a shard.

    Args:
        shard: which.
        rows: one per picture, in the order of the shard; if the shard failed, none.
        counts: number of pictures by outcome.
        failed: why nothing was written; empty if the target is there, whole.
        hash_in: SHA-256 of the source, hexadecimal.
        hash_out: that of the target; empty if there is none.
        copied: number of members by ending, or of values by column, that were passed on
            without a look at what they show or say.
        hidden: number of members whose name begins with a dot, which were left out.
        seconds: how long it took.
        anew: number of pictures that a table of faces did not settle.
    """

    shard: Shard
    rows: tuple[Row, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    failed: str = ""
    hash_in: str = ""
    hash_out: str = ""
    copied: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    seconds: float = 0.0
    anew: int = 0


@dataclass
class Told:
    """What is to be told of a shard, gathered while it is written."""

    rows: list[Row] = field(default_factory=list)
    copied: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
