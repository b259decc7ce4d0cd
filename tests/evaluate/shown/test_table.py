"""The terminal's tables: read back at every width, each figure compared with the records."""

import contextlib
import fcntl
import os
import pty
import random
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from unmask.evaluate.cli.layout import table_lines
from unmask.evaluate.cli.leakage import print_leakage
from unmask.evaluate.cli.shorten import CUT, rounded, shorten
from unmask.evaluate.cli.terminal import columns_of, print_line, print_table
from unmask.evaluate.results.records import Record, write_records
from unmask.evaluate.results.rounding import rounded_down, rounded_up
from unmask.evaluate.results.table import Column, caption, leakage_table, sorted_rows

WIDTHS = (80, 100, 160, 200)


def shown(records: Sequence[Record], width: int | None) -> list[str]:
    found = sorted_rows(records)
    return table_lines(leakage_table(found), width, caption=caption(found), elsewhere="x.csv")


def read(lines: Sequence[str]) -> list[dict[str, str]]:
    """Read a table back: between two columns no line has a sign."""
    rule = next(i for i, line in enumerate(lines) if line.strip() and not line.strip("─ "))
    body = lines[rule + 1 : lines.index("", rule)]
    head = lines[max(i for i in range(rule) if not lines[i]) + 1 : rule]
    whole = [line.ljust(len(lines[rule])) for line in (*head, *body)]
    used = "".join("x" if any(line[i] != " " for line in whole) else " "
                   for i in range(len(lines[rule])))  # fmt: skip
    places = [match.span() for match in re.finditer("x+", used)]
    cells = [[line[a:b].strip() for a, b in places] for line in whole]
    names = [" ".join(filter(None, words)) for words in zip(*cells[: len(head)], strict=True)]
    return [dict(zip(names, row, strict=True)) for row in cells[len(head) :]]


@pytest.mark.parametrize("width", [*WIDTHS, 40, 60, None])
def test_every_figure_is_whole_at_every_width(made: list[Record], width: int | None) -> None:
    lines = shown(made, width)
    legend = [line for line in lines if f"{CUT}" in line and " = " in line]
    assert all(cell_len(line) <= (width or 999) for line in lines if line not in legend)
    table = read(lines)
    rows = sorted_rows(made)
    assert len(table) == len(rows)
    for cells, row in zip(table, rows, strict=True):
        wanted = {
            "leakage": f"{row.worst.value:.2f}",
            "95 %": f"{rounded_down(row.worst.low)}-{rounded_up(row.worst.high)}",
            "naive": f"{(row.naive or row.worst).value:.2f}",
            "link": f"{row.linkage.auc.value:.2f}" if row.linkage else "",
            "SSIM": f"{row.utilities['ssim'].value:.2f}",
            "found": f"{row.utilities['face_found'].value:.2f}",
            "landm.": f"{row.utilities['landmark_error'].value:.2f}",
        }
        assert {k: v for k, v in cells.items() if k in wanted} == {
            k: v for k, v in wanted.items() if k in cells
        }
        assert {"leakage", "95 %"} <= set(cells)
    names = [cells["defense"] for cells in table]
    assert len(set(names)) == len(names), "two rows look alike"
    said = dict(line.split(" = ") for line in legend)
    for name, row in zip(names, rows, strict=True):
        assert CUT not in name or said[name] == row.shown
    if width is None or width >= 100:
        assert "landm." in table[0]
    else:
        assert "no room for" in " ".join(lines)


def test_the_caption_loses_no_letter(made: list[Record]) -> None:
    for width in (30, *WIDTHS):
        assert caption(sorted_rows(made)) in " ".join(shown(made, width))


def test_columns_without_figures_are_left_out_and_said(
    made: list[Record], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    print_leakage(made)
    text = capsys.readouterr().out
    assert not any("LPIPS" in line for line in text.splitlines() if "rank" in line)
    assert "LPIPS: not measured" in text
    assert "link: AUC" in text
    without = [record for record in made if record.name != "linkage" and record.name != "gait"]
    print_leakage(without)
    assert "link" not in capsys.readouterr().out


def test_the_group_that_leaks_most_has_a_table(
    made: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    print_leakage(made)
    lines = [x for x in capsys.readouterr().out.splitlines() if "sex=" in x]
    assert len(lines) == 8
    assert all("sex=m" in line and " 8 " in line for line in lines)
    assert "1.00" in lines[0]


def test_columns_go_in_the_stated_order(made: list[Record]) -> None:
    before: list[str] = []
    for width in range(130, 24, -1):
        lines = " ".join(shown(made, width))
        gone = re.search(r"no room for (.*?); x.csv", lines)
        names = gone[1].split(", ") if gone else []
        assert set(before) <= set(names), "what has gone does not come back"
        before = names
    order = ["rank", "worst attacker", "SSIM", "naive", "link", "found", "landm."]
    assert before == order


def test_what_never_fits_goes_on_below() -> None:
    head = ["face", "open: right (chance 0.02)", "forced", "votes"]
    body = [["clean", *["0.123 (0.100 to 0.150)"] * 3], ["blur", *["0.023 (0.010 to 0.050)"] * 3]]
    lines = table_lines(columns_of(head, body), 60)
    assert max(map(len, lines)) <= 60
    assert " ".join(lines).count("0.123 (0.100 to 0.150)") == 3
    assert " ".join(lines).count("clean") == 2
    assert not table_lines(columns_of(["a"], []), 60)


def test_text_of_users_is_printed_as_it_is(
    made: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    print_leakage(made)
    assert "[red]x[/y]" in capsys.readouterr().out
    print_line("[bold]a[/b] :smile: \x1b]0;title\x07\nnext")
    assert capsys.readouterr().out == "[bold]a[/b] :smile: \\x1b]0;title\\x07\\nnext\n"
    print_table([Column("x", ["a\tb"], "name")], caption="[/]")
    assert "a\\tb" in (text := capsys.readouterr().out)
    assert "[/]" in text


def test_names_are_rounded_as_far_as_they_stay_apart() -> None:
    names = ["b:s=0.0310723", "b:s=0.0310811", "m:k=12,x=0.333333", "m:k=12345,x=50.0"]
    assert list(rounded(names).values()) == ["b:s=0.03107", "b:s=0.03108", "m:k=12,x=0.333",
                                             "m:k=12345,x=50.0"]  # fmt: skip


def test_shortened_names_never_look_alike() -> None:
    rng = random.Random(0)
    for _ in range(300):
        heads = rng.choices(
            ["gaussian_blur", "mask", "gaussian_noise", "a" * 30, "日本語の道具"], k=3
        )
        names = list({
            f"{rng.choice(heads)}:a={rng.random():.{rng.randint(1, 9)}f},b={rng.choice('xy')}"
            for _ in range(rng.randint(1, 12))
        })  # fmt: skip
        room = rng.randint(6, 40)
        found = shorten(names, room)
        assert len(set(found.values())) == len(names)
        assert all(cell_len(text) <= room for text in found.values())
        assert all(CUT in text or text == name for name, text in found.items())


def test_what_tells_rows_apart_stays() -> None:
    names = ["gaussian_blur:sigma=0.0311,region=box", "gaussian_blur:sigma=0.13,region=box"]
    assert all("sigma=0." in text for text in shorten(names, 20).values())


@pytest.mark.parametrize(("width", "told"), [(80, {}), (72, {"COLUMNS": "72"})])
def test_a_real_terminal_is_filled(
    made: list[Record], tmp_path: Path, width: int, told: dict[str, str]
) -> None:
    """The terminal has 80 columns; COLUMNS overrides them."""
    write_records(tmp_path / "records.jsonl", made)
    program = (
        "from pathlib import Path; from unmask.evaluate.results.records import read_records; "
        "from unmask.evaluate.cli.leakage import print_leakage; "
        f"print_leakage(read_records(Path({str(tmp_path / 'records.jsonl')!r})))"
    )
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    plain = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | {"TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=theirs, env=plain | told
    ) as running:
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # the other side has gone
            while part := os.read(ours, 65536):
                text += part
        os.close(ours)
    assert running.returncode == 0
    lines = text.decode().replace("\r\n", "\n").split("\n")
    rule = next(line for line in lines if line.strip() and not line.strip("─ "))
    assert width - 12 <= cell_len(rule) <= width
    assert len(read(lines)) == 8


def test_an_invalid_row_has_no_figure(made: list[Record]) -> None:
    bad = [
        replace(r, status="invalid", value=None, low=None, high=None, reason="not measured: x")
        if r.name == "worst" and r.defense == "none" else r for r in made
    ]  # fmt: skip
    (row,) = (cells for cells in read(shown(bad, 160)) if cells["defense"] == "none")
    assert (row["rank"], row["leakage"], row["95 %"]) == ("-", "invalid", "")


def test_a_metric_of_others_has_a_column_where_there_is_room(made: list[Record]) -> None:
    ssim = [record for record in made if record.name == "ssim"]
    more = [*made, *(replace(record, name="brightness", value=0.4321) for record in ssim),
            *(replace(record, name="psnr", value=12.0) for record in ssim)]  # fmt: skip
    for width, there in ((200, True), (None, True), (80, False)):
        table = read(shown(more, width))
        assert all(cells.get("brightness") == ("0.43" if there else None) for cells in table)
        assert not any("psnr" in cells for cells in table)
    assert "no room for" in " ".join(shown(more, 80))


def test_every_metric_of_ours_is_in_the_terminal_or_in_the_report_alone() -> None:
    from unmask.evaluate import METRICS
    from unmask.evaluate.results import table

    ours = {name for name in METRICS.available() if METRICS.origin(name).startswith("unmask ")}
    assert ours == table.METRICS.keys() | table.REPORTED
