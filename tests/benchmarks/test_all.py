"""All results by one command: what is run, resumed, left out, and listed."""

import sys
from pathlib import Path

import pytest

from unmask.benchmarks import all as every
from unmask.benchmarks.published_results import RESULTS, Result

PUBLISHED = Path(__file__).parents[2] / "benchmarks" / "results"
WRITES = "python -m unmask.benchmarks.origin"


def test_every_published_page_is_known_and_listed() -> None:
    pages = {path.name for path in PUBLISHED.glob("*.md")} - {"README.md"}
    assert pages == {result.file for result in RESULTS}
    assert (PUBLISHED / "README.md").read_text("utf-8") == every.index(PUBLISHED), (
        "list them anew: python -c 'from pathlib import Path; from unmask.benchmarks.all import "
        'index; p = Path("benchmarks/results"); (p / "README.md").write_text(index(p))\''
    )


def test_every_page_names_its_command() -> None:
    for result in RESULTS:
        text = (PUBLISHED / result.file).read_text("utf-8")
        for command in result.commands:
            program = " ".join(command.split(" ")[: 3 if command.startswith("python") else 2])
            assert program in text, f"{result.file} does not say {program}"


def test_it_makes_what_can_be_made_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    by_hand = Result("a.md", "versions", (WRITES,), (), 1, True)
    made_before = Result("b.md", "b", ("unmask no-such-command",), (), 1)
    needs_data = Result("c.md", "c", ("unmask no-such-command {lfw}",), ("lfw",))
    fails = Result("d.md", "d", ("unmask no-such-command",))
    monkeypatch.setattr(every, "RESULTS", (by_hand, made_before, needs_data, fails))
    (tmp_path / "b.md").write_text("kept")
    assert every.main([str(tmp_path)]) == 1
    page = (tmp_path / "a.md").read_text("utf-8")
    assert page.startswith("# a\n\nVersions.\nMade on 20")
    assert f"Python {sys.version.split()[0]}" in page
    assert (tmp_path / "b.md").read_text() == "kept"
    assert not (tmp_path / "c.md").exists()
    listed = (tmp_path / "README.md").read_text("utf-8")
    assert "[a](a.md)" in listed
    assert "[c]" not in listed
    said = capfd.readouterr()
    assert "b.md: is there already" in said.out
    assert "c.md: needs --lfw" in said.out
    assert "d.md: " in said.err
    assert every.main([str(tmp_path), "--only", "a.md"]) == 0


def test_an_unknown_page_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        every.main([str(tmp_path), "--only", "nothing.md"])
    assert end.value.code == 2
