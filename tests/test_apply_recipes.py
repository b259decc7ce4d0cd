"""The recipes in docs/apply-recipes.md run as they stand, each where its package is installed.

That for Ray is run in `tests/defenses/shards/test_ray.py`, beside a cluster that is there.
"""

import io
import os
import re
import shlex
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from skimage import data

RECIPES = (Path(__file__).parents[1] / "docs" / "apply-recipes.md").read_text("utf-8")
FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
AFTER = {
    "Arrays": "",
    "Hugging Face `datasets`": "",
    "Data-Juicer": """
with open("photos/a.jpg", "rb") as file:
    face = file.read()
with open("photos/b.png", "rb") as file:
    wall = file.read()
sample = {"images": ["a.jpg", "b.png"], "image_bytes": [face, wall], "text": "two"}
samples = {name: [value] for name, value in sample.items()}
new = ImageUnmaskMapper().process_batched(samples)["image_bytes"][0]
print(new[0] != face, new[0][:2] == face[:2], new[1] == b"")
""",
}
PRINTED = {
    "Arrays": "defended 1 (256, 256, 3)",
    "Hugging Face `datasets`": "1",
    "Data-Juicer": "True True True",
}
NEEDED = {"Arrays": "", "Hugging Face `datasets`": "datasets", "Data-Juicer": ""}
# Data-Juicer brings some thirty packages: where they are not, its base class is stood in for by
# what the operator uses of it
STAND_IN = """
class Registry:
    def register_module(self, name):
        return lambda kind: kind

class Mapper:
    def __init__(self, *args, **kwargs):
        self.image_key = kwargs.get("image_key", "images")
        self.image_bytes_key = kwargs.get("image_bytes_key", "image_bytes")

OPERATORS = Registry()
"""


def _blocks(section: str, kind: str) -> list[str]:
    text = re.split(r"^## ", RECIPES.partition(f"## {section}\n")[2], flags=re.MULTILINE)[0]
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with what the recipes name."""
    face, wall = io.BytesIO(), io.BytesIO()
    Image.fromarray(FACE).save(face, "JPEG")
    Image.fromarray(np.full((120, 160, 3), 200, np.uint8)).save(wall, "PNG")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(face.getvalue())
    (tmp_path / "photos" / "b.png").write_bytes(wall.getvalue())
    (tmp_path / "shards").mkdir()
    for number in range(2):
        with tarfile.open(tmp_path / "shards" / f"photos-{number:03}.tar", "w") as tar:
            tar.add(tmp_path / "photos" / "a.jpg", "1.jpg")
    table = pa.table({"image": [face.getvalue()] * 2, "n": [1, 2]})
    pq.write_table(table, tmp_path / "shards" / "photos.parquet")
    return tmp_path


def _ran(place: Path, command: list[str], **more: str) -> str:
    environment = {**os.environ, "HF_HOME": str(place / "hf"), "HF_HUB_OFFLINE": "1", **more}
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=300,
                          check=False, env=environment)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("section", AFTER)
def test_python(place: Path, section: str) -> None:
    if NEEDED[section]:
        pytest.importorskip(NEEDED[section])
    (code,) = _blocks(section, "python")
    if section == "Data-Juicer" and find_spec("data_juicer") is None:
        (place / "data_juicer" / "ops").mkdir(parents=True)
        (place / "data_juicer" / "ops" / "base_op.py").write_text(STAND_IN)
    (place / "recipe.py").write_text(code + AFTER[section], "utf-8")
    printed = _ran(place, [sys.executable, "recipe.py"])
    assert printed.splitlines()[-1] == PRINTED[section]


def test_commands(place: Path) -> None:
    """Those of the shell, and a task of SLURM, which says by variables which it is."""
    plain, slurm = _blocks("Shards on one machine, and on many", "bash")
    lines = [shlex.split(line) for line in plain.splitlines()]
    assert [words[:2] for words in lines] == [["unmask", "apply"]] * 2
    tool = str(Path(sys.executable).with_name("unmask"))
    for words in lines:
        if "*" in words[3] or "{" in words[3]:
            _ran(place, [tool, *words[1:]])
    if "--shard-index" not in _ran(place, [tool, "apply", "--help"], COLUMNS="200"):
        pytest.skip("shares of an array are not there yet")
    (task,) = [line for line in slurm.splitlines() if line.startswith("unmask")]
    for index in range(2):
        variables = {"SLURM_ARRAY_TASK_ID": str(index), "SLURM_ARRAY_TASK_COUNT": "2"}
        _ran(place, [tool, *shlex.split(task)[1:]], **variables)
    assert {path.name for path in (place / "out").glob("*.tar")} == {
        "photos-000.tar", "photos-001.tar",
    }  # fmt: skip
    assert (place / "out-tables" / "photos.parquet").exists()
    for path in (place / "out-slurm").glob("*.tar"):
        assert path.stat().st_size
    assert len(list((place / "out-slurm").glob("*.tar"))) == 2
