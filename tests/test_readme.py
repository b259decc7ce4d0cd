"""The example in README is a script that runs to its end."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_python_example_runs_as_a_script(tmp_path: Path) -> None:
    section = README.read_text("utf-8").partition("## From Python")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    (tmp_path / "example.py").write_text(code[1], "utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    undefended, pixelated, report = done.stdout.splitlines()
    assert undefended.startswith("none 1.0 naive (dlib) 1.0")
    assert pixelated.startswith("pixelate:blocks=4 ")
    page = tmp_path / report
    assert {"report.html", "records.jsonl", "config.json", "summary.csv", "frontier.png"} <= {
        path.name for path in page.parent.iterdir()
    }
