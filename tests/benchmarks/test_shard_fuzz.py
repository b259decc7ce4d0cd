"""A small run of the benchmark that damages tars: nothing crashes, shows, or is lost unsaid."""

from pathlib import Path

import pytest

from unmask.benchmarks.shard_fuzz import WAYS, _shows, lines, run, whole


def test_damaged_tars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "cache"))
    pictures = [one for name, one in whole(2)[1].items() if not name.endswith("json")]
    assert all(map(_shows, pictures))  # else it would see no mistake
    result = run(each=2, seed=1, people=2)
    assert sum(found.tars for found in result.values()) == 2 * len(WAYS)
    for name, found in result.items():
        assert (found.crashed, found.shown, found.unsaid) == (0, 0, 0), name
        assert found.failed + found.partly + found.alike == found.tars
    assert result["cut"].failed == result["backwards"].failed == 2  # never half a shard
    assert f"| all | {2 * len(WAYS)} |" in "\n".join(lines(result, "x"))
