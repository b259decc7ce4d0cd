"""A run without the names of people, files and folders, so that its figures may be shared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..results.folder import without_names
from ..results.records import Record
from ..results.shown import is_program, shown_names

# what is told of a run; whatever else a later version, or a hand, puts into config.json stays out
_KEPT = ("dataset", "split", "split_hash", "notes", "defenses", "plan", "limit", "photos", "code",
         "faces", "recognizers", "attackers", "versions", "python", "metrics", "weights", "who",
         "device", "folds", "balance", "protocol")  # fmt: skip
_PLACE = re.compile(r"""(?:(?<=[\s'"(=:,+])|^)(?:~?/|[A-Za-z]:\\|\\\\)[^\s'",;)]+""")

Clean = Callable[[str], str]


def nameless(
    records: Sequence[Record], config: Mapping[str, Any]
) -> tuple[list[Record], dict[str, Any]]:
    """Return records and settings in which no place on a disk and nobody is named.

    Another program is called by its label; a file that a parameter names is called by the
    digest of what is in it, so that two of one name are not taken for the same.

    Args:
        records: of a run.
        config: what its `config.json` holds.
    """
    clean = _cleaner(config.get("files"))
    called = shown_names(records)
    specs = {
        r.defense: f"{r.defense.partition(':')[0]}:{called[r.defense]}" if is_program(r)
        else clean(r.defense)
        for r in records
    }  # fmt: skip
    told = [_record(record, specs, clean) for record in records]
    kept = {key: value for key, value in without_names(config).items() if key in _KEPT}
    if isinstance(kept.get("folds"), list):
        kept["folds"] = len(kept["folds"])
    kept["defenses"] = [specs.get(spec, clean(str(spec))) for spec in config.get("defenses") or ()]
    settings = _everywhere(kept, clean)
    assert isinstance(settings, dict)
    return told, settings


def _record(record: Record, specs: Mapping[str, str], clean: Clean) -> Record:
    params = {key: value for key, value in record.params.items() if key != "path"}
    return replace(
        record, defense=specs[record.defense], params=_everywhere(params, clean),
        name=specs.get(record.name) or clean(record.name), reason=clean(record.reason),
        recognizer=clean(record.recognizer), models=clean(record.models),
        attack=clean(record.attack), run=clean(record.run),
    )  # fmt: skip


def _cleaner(files: object) -> Clean:
    """Return what takes places out of a text: files by their digests, all others without."""
    known = files if isinstance(files, dict) else {}
    longest = sorted(((str(path), str(digest)) for path, digest in known.items()),
                     key=lambda pair: -len(pair[0]))  # fmt: skip

    def clean(text: str) -> str:
        for path, digest in longest:
            text = text.replace(path, f"file-{digest[:12]}")
        return _PLACE.sub("…", text)

    return clean


def _everywhere(value: Any, clean: Clean) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _everywhere(inside, clean) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(inside, clean) for inside in value]
    return value
