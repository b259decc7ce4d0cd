"""Which file was made of which photo."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from unmask.defenses.apply.video.options import VIDEOS as WRITTEN
from unmask.defenses.files.pictures import SUFFIXES
from unmask.defenses.files.printable import encodable

VIDEOS = WRITTEN | {".mpg", ".mpeg", ".wmv"}  # that others may have written
OURS = frozenset({"manifest.csv", "manifest.parquet", "summary.json", "skipped.csv"})


class Paired(NamedTuple):
    """The files of two folders, by path below them, with forward slashes.

    Args:
        pairs: path in the source and in the output.
        missing: photos of the source of which no file was made.
        extra: pictures of the output that no photo of the source stands behind.
        others: other files of the output, which nobody looked at.
        films: videos, as `pairs`.
        lost_films: videos of the source of which no file was made.
    """

    pairs: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    others: tuple[str, ...]
    films: tuple[tuple[str, str], ...] = ()
    lost_films: tuple[str, ...] = ()


def paired(source: Path, output: Path, names: Mapping[str, str] | None = None) -> Paired:
    """Pair the photos of two folders: by a map, by path, or by path with another ending.

    Args:
        source: a folder, or a photo.
        output: a folder, or a photo if `source` is one.
        names: of photos of the source, the path that they have in the output.

    Raises:
        ValueError: there is no such folder or file, or no photo in the source.
    """
    if source.is_file() and output.is_file():
        pair = ((source.name, output.name),)
        film = _is(source.name, VIDEOS)
        return Paired((), (), (), (), pair) if film else Paired(pair, (), (), ())
    for place in (source, output):
        if not place.exists():
            raise ValueError(f"no such file or folder: {place}")
    if not output.is_dir():
        raise ValueError(f"the source is a folder, so the output must be one; got {output}")
    known = [source.name] if source.is_file() else list(_below(source))
    photos = [name for name in known if _is(name, SUFFIXES) and not _hidden(name)]
    films = [name for name in known if _is(name, VIDEOS) and not _hidden(name)]
    if not photos and not films:
        cure = "; of a list or of shards, give the folder of the photos" * source.is_file()
        raise ValueError(f"no photos and no videos in {source}{cure}")
    everything = list(_below(output))
    made = [name for name in everything if _is(name, SUFFIXES)]
    found = _partners(photos, made, names or {})
    shot = _partners(films, [name for name in everything if _is(name, VIDEOS)], names or {})
    used = {*found.values(), *shot.values()}
    return Paired(
        tuple(sorted(found.items())),
        tuple(name for name in photos if name not in found),
        tuple(name for name in made if name not in used),
        tuple(name for name in everything if name not in {*made, *used, *OURS}),
        tuple(sorted(shot.items())),
        tuple(name for name in films if name not in shot),
    )


def read_names(path: Path) -> dict[str, str]:
    """Read a map of names: a CSV file whose first two columns are old and new path.

    Raises:
        ValueError: it cannot be read, or a line has one column.
    """
    try:
        lines = list(csv.reader(lines_in(path)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} must be a CSV file of old and new paths: {error}") from error
    short = [number for number, line in enumerate(lines, 1) if line and len(line) < 2]
    if short:
        raise ValueError(f"{path}, line {short[0]}: two columns are needed, old and new path")
    return {_plain(line[0]): _plain(line[1]) for line in lines if line}


def is_video(name: str) -> bool:
    """Return whether a file is a video, by its name."""
    return _is(name, VIDEOS)


def lines_in(path: Path) -> io.StringIO:
    """Return the lines of a CSV file; a name in it may hold line ends of its own."""
    return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")


def _partners(photos: list[str], made: list[str], names: Mapping[str, str]) -> dict[str, str]:
    there, free = set(made), set(made)
    found: dict[str, str] = {}
    for name in photos:
        goal = names.get(encodable(name), name)
        if goal in there:
            found[name] = goal
            free.discard(goal)
    stems: dict[str, list[str]] = defaultdict(list)
    for name in sorted(free):
        stems[_stem(name)].append(name)
    rivals: dict[str, list[str]] = defaultdict(list)
    for name in photos:
        if name not in found:
            rivals[_stem(names.get(encodable(name), name))].append(name)
    for stem, sources in rivals.items():
        if len(sources) == len(stems[stem]) == 1:  # else nobody knows which is whose
            found[sources[0]] = stems[stem][0]
    return found


def _below(folder: Path) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise ValueError(f"{error.filename} cannot be looked into: {error.strerror}") from error

    for top, folders, names in sorted(os.walk(folder, onerror=stop)):
        names = [*names, *(name for name in folders if Path(top, name).is_symlink())]
        for name in sorted(names):
            path = Path(top, name).relative_to(folder)
            yield path.as_posix()


def _is(name: str, endings: frozenset[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in endings


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(name).parts)


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


def _plain(cell: str) -> str:
    return cell.removeprefix("./")
