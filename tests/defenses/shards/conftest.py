"""Pictures and shards of them, made here."""

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unmask.defenses import DEFENSES
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.shards.records import Shard, ShardConfig, ShardDone
from unmask.defenses.apply.shards.shard import process_shard
from unmask.defenses.photo import Pixels

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
EMPTY = np.full((120, 160, 3), 200, np.uint8)


def encoded(pixels: Pixels, kind: str = "JPEG") -> bytes:
    picture = io.BytesIO()
    Image.fromarray(pixels).save(picture, kind)
    return picture.getvalue()


@pytest.fixture(scope="session")
def face() -> bytes:
    """A photo of a face, as JPEG."""
    return encoded(FACE)


@pytest.fixture(scope="session")
def wall() -> bytes:
    """A photo of nobody, as PNG."""
    return encoded(EMPTY, "PNG")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def config() -> ShardConfig:
    return ShardConfig(Settings(DEFENSES.build("mask"), seed=1))


Pack = Callable[[Path, Mapping[str, bytes]], Path]


@pytest.fixture
def pack() -> Pack:
    """Writes a tar as somebody's machine would, with owner and time."""

    def packed(path: Path, members: Mapping[str, bytes]) -> Path:
        mode = "w:gz" if path.name.endswith("gz") else "w"
        with tarfile.open(path, mode) as tar:
            for name, content in members.items():
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(content), 1234567890
                member.uid, member.uname = 1001, "alice"
                tar.addfile(member, io.BytesIO(content))
        return path

    return packed


Run = Callable[..., ShardDone]


@pytest.fixture
def run(tmp_path: Path, config: ShardConfig) -> Run:
    """Processes a shard into the folder `out` beside it."""

    def process(source: Path, config: ShardConfig = config) -> ShardDone:
        return process_shard(Shard(source, tmp_path / "out" / source.name, source.name), config)

    return process


def unpacked(path: Path) -> dict[str, bytes]:
    """What is in a tar, in its order."""
    with tarfile.open(path) as tar:
        return {
            member.name: file.read() if (file := tar.extractfile(member)) else b""
            for member in tar
        }  # fmt: skip
