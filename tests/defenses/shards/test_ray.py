"""A real local Ray with two workers, one of which is killed in the middle of a shard."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from unmask.defenses import Defense, Photo
from unmask.defenses.apply.engines.on_ray import on_ray
from unmask.defenses.apply.shards.batches import BatchAnonymizer
from unmask.defenses.apply.shards.records import Shard, ShardConfig, ShardDone
from unmask.defenses.apply.shards.shard import process_shard
from unmask.defenses.photo import Pixels

from .conftest import Pack

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray's own
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@dataclass(frozen=True)
class Deadly(Defense):
    """Noise; at one photo, it kills its process, but once only."""

    random = True
    mark: str = field(default="", repr=False)  # no part of the spec, so of no seed
    at: str = field(default="", repr=False)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        if photo.key == self.at and self.mark and not Path(self.mark).exists():
            Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return rng.integers(0, 256, photo.pixels.shape, dtype=np.uint8)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start it once; the workers get the classes of this file by value."""
    os.environ["UNMASK_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR",
             object_store_memory=80 << 20)  # fmt: skip
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.shutdown()


def _lost(shard: Shard, why: str) -> ShardDone:
    return ShardDone(shard, failed=why)


@pytest.mark.usefixtures("cluster")
def test_a_killed_worker_loses_nothing(
    tmp_path: Path, pack: Pack, config: ShardConfig, face: bytes
) -> None:
    sources = [
        pack(tmp_path / f"s-{number}.tar", {"1.jpg": face, "1.txt": b"x", "2.jpg": face})
        for number in range(4)
    ]
    deadly = Deadly(mark=str(tmp_path / "killed"), at="s-2.tar/2.jpg")
    mild = replace(config, settings=replace(config.settings, defense=Deadly()))
    there, here = ([Shard(one, tmp_path / place / one.name, one.name) for one in sources]
                   for place in ("there", "here"))  # fmt: skip
    work = partial(process_shard, config=replace(config, settings=replace(
        config.settings, defense=deadly)))  # fmt: skip
    done = list(on_ray(work, there, lost=_lost, workers=2))
    assert (tmp_path / "killed").exists()
    assert sorted(one.shard.key for one in done) == [one.name for one in sources]
    assert not [one.failed for one in done if one.failed]
    for shard in here:
        process_shard(shard, mild)
    files = sorted((tmp_path / "there").iterdir())  # nothing half, nothing of the dead
    assert [path.name for path in files] == [one.name for one in sources]
    assert [path.read_bytes() for path in files] == [one.target.read_bytes() for one in here]


@pytest.mark.skipif("UNMASK_SLOW_TESTS" not in os.environ, reason="Ray Data takes a minute")
@pytest.mark.usefixtures("cluster")
def test_the_recipe(
    tmp_path: Path,
    face: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That of docs/apply-recipes.md for Ray Data, on this cluster: starting another takes long."""
    text = (Path(__file__).parents[3] / "docs" / "apply-recipes.md").read_text("utf-8")
    code = re.search(r"```python\nimport ray\n(.*?)```", text, re.DOTALL)
    assert code
    (tmp_path / "shards").mkdir()
    pq.write_table(pa.table({"image": [face, b"broken", face], "n": [1, 2, 3]}),
                   tmp_path / "shards" / "photos.parquet")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"ray": ray}
    exec(code[1].replace("shards/", f"{tmp_path}/shards/"), names)
    assert capsys.readouterr().out.splitlines()[-1] == "2"
    rows = sorted(names["done"].take_all(), key=lambda row: row["n"])
    assert [row["n"] for row in rows] == [1, 3]
    here = BatchAnonymizer(names["settings"])(pa.table({"image": [face]}))
    assert [row["image"] for row in rows] == here["image"].to_pylist() * 2
