"""What a search says: verdict, live line, border, how to go on; no photos needed."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from unmask.defenses import Range
from unmask.evaluate.cli.live import Live
from unmask.evaluate.cli.stopping import hidden, resuming
from unmask.evaluate.statistics import Estimate
from unmask.evaluate.tuning.border import allowed, border
from unmask.evaluate.tuning.choose import front
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.points import Point
from unmask.evaluate.tuning.result import About, Status, Tuned
from unmask.evaluate.tuning.words import looked, onwards, progress_line, short, verdict

SPACE = {"sigma": Range(0.01, 0.3, log=True)}


def point(number: int, sigma: float, leak: float, use: float) -> Point:
    def around(value: float) -> Estimate:
        return Estimate(value, max(value - 0.1, 0), min(value + 0.1, 1), 20)

    figures = {"face_found": around(0.0), "ssim": around(use)}
    return Point(f"gaussian_blur:sigma={sigma:g}", around(leak), "naive", figures,
                 {"sigma": sigma}, number)  # fmt: skip


WEAK, MIDDLE, STRONG = point(0, 0.01, 0.9, 0.9), point(1, 0.1, 0.5, 0.6), point(2, 0.3, 0.3, 0.4)


def tuned(goal: Goal, chosen: Point | None, check: Point, *, holds: bool | None) -> Tuned:
    points = (WEAK, MIDDLE, STRONG)
    about = About("gaussian_blur", SPACE, "orl", 5, 7, 8, "search", "tpe")
    return Tuned(goal, about, points, tuple(front(points, goal)), chosen=chosen, check=check,
                 checked=(check,), holds=holds, folder=Path("run"))  # fmt: skip


def test_without_a_limit_nothing_is_advised() -> None:
    found = tuned(Goal(), MIDDLE, MIDDLE, holds=None)
    assert "nearest to the ideal corner" in verdict(found).lower()
    assert "leaks 0.500" in verdict(found)
    assert "No limit was asked (--max-leakage)" in verdict(found)
    assert "--max-leakage" in onwards(found)
    assert "apply" not in onwards(found)


def test_only_what_holds_is_there_to_be_used() -> None:
    goal = Goal(max_leakage=0.65)
    assert "use it: unmask apply @run" in onwards(tuned(goal, MIDDLE, MIDDLE, holds=True))
    failed = tuned(goal, MIDDLE, WEAK, holds=False)
    assert "does NOT hold" in verdict(failed)
    assert "apply" not in onwards(failed)
    assert onwards(tuned(goal, None, MIDDLE, holds=False)) == ""


@pytest.mark.parametrize(
    ("goal", "chosen", "check", "holds", "further"),
    [
        (Goal(max_leakage=0.2), None, STRONG, False, '--space "sigma=0.3..2"'),
        (Goal(max_leakage=0.2), STRONG, STRONG, False, '--space "sigma=0.3..2"'),
        (Goal(max_leakage=0.45), STRONG, STRONG, True, ""),  # weaker would leak more: all is said
        (Goal(max_leakage=1.0), WEAK, WEAK, True, '--space "sigma=0.001..0.01"'),
        (Goal(min_utility=0.2), STRONG, STRONG, True, '--space "sigma=0.3..2"'),
        (Goal(min_utility=0.95), None, WEAK, False, '--space "sigma=0.001..0.01"'),
        (Goal(), STRONG, STRONG, None, '--space "sigma=0.3..2"'),
        (Goal(), MIDDLE, MIDDLE, None, ""),
    ],
)
def test_the_border_of_the_space_is_told(
    goal: Goal, chosen: Point | None, check: Point, holds: bool | None, further: str
) -> None:
    found = tuned(goal, chosen, check, holds=holds)
    assert further in border(found)
    assert bool(further) == bool(border(found))
    assert border(found) in verdict(found)


def test_bounds_come_from_the_defense() -> None:
    assert allowed("gaussian_blur", "sigma") == (1e-4, 2)
    assert allowed("mask:fill=grey", "margin") == (-0.4, 2)
    assert allowed("mask", "fill") is None
    found = tuned(Goal(max_leakage=0.2), None, STRONG, holds=False)
    whole = replace(found.about, space={"sigma": Range(0.01, 2, log=True)})
    at_end = replace(STRONG, settings={"sigma": 2.0})
    assert border(replace(found, about=whole, points=(at_end,), check=at_end)) == ""


@pytest.mark.parametrize(
    ("goal", "best", "holds", "line"),
    [
        (Goal(max_leakage=0.7), MIDDLE, True,
         "trial 3/30, 1:05 left · best leaks 0.50 (to 0.60), ssim 0.600: gaussian_blur:sigma=0.1"),
        (Goal(max_leakage=0.2), STRONG, False, "none holds 0.2 yet, nearest leaks 0.30 (to 0.40): "
         "gaussian_blur:sigma=0.3"),
        (Goal(min_utility=0.95), WEAK, False, "none holds 0.95 yet, nearest ssim 0.900 "
         "(from 0.800): gaussian_blur:sigma=0.01"),
        (Goal(), MIDDLE, None, "nearest to the corner leaks 0.50 (to 0.60), ssim 0.600"),
        (Goal(), None, None, "nothing measured yet"),
    ],
)  # fmt: skip
def test_the_live_line_tells_what_was_asked(
    goal: Goal, best: Point | None, holds: bool | None, line: str
) -> None:
    told = progress_line(Status("gaussian_blur", 3, 30, goal, best, holds, 65.0))
    assert line in told
    assert "face_found" not in told
    assert "hypervolume" not in told


def test_looks_are_counted_in_words() -> None:
    once = replace(tuned(Goal(max_leakage=0.65), MIDDLE, MIDDLE, holds=True), opened=1)
    assert "looked at once by all studies in this storage" in looked(once)
    assert "allow" not in looked(once)
    other = replace(once, opened=2)  # another study looked as well
    assert "looked at twice by all" in looked(other)
    assert looked(other).endswith("nothing allows for the other 1")
    second = replace(once, opened=2, first=WEAK)
    assert "1.25 % of cases and not in 2.5 %" in looked(second)
    assert "other" not in looked(second).replace("no other is known", "")
    assert "looked at 3 times by all" in looked(replace(second, opened=3))


def test_why_a_lower_bound_holds_no_limit() -> None:
    doubted = replace(MIDDLE, reason="no attacker saw the planted turn")
    told = verdict(tuned(Goal(max_leakage=0.65), MIDDLE, doubted, holds=False))
    assert "does NOT hold on the test people; more may leak than was measured: no attacker" in told
    assert "more may leak" in verdict(tuned(Goal(), MIDDLE, doubted, holds=None))


def test_short_specs_keep_the_tuned_value() -> None:
    assert short("gaussian_blur:sigma=0.0646642") == "gaussian_blur:sigma=0.0647"
    assert short("mask:margin=-0.12345,fill=grey") == "mask:margin=-0.123,fill=grey"
    assert short("dp_pix:blocks=16,epsilon=0.1") == "dp_pix:blocks=16,epsilon=0.1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:s3cr@t/x@db:5432/u", "postgresql+psycopg://me:***@db:5432/u"),
        ("--storage=mysql://me:s3cr@db/u", "--storage=mysql://me:***@db/u"),
        ("redis://:s3cr@db", "redis://:***@db"),
        (
            "postgresql://db/u?user=me&password=s3cr&x=1",
            "postgresql://db/u?user=me&password=***&x=1",
        ),
        ("postgresql://me@db/u", "postgresql://me@db/u"),
        ("runs/a:b", "runs/a:b"),
    ],
)
def test_passwords_are_hidden(url: str, shown: str) -> None:
    assert hidden(url) == shown


def test_the_command_to_go_on_hides_the_password() -> None:
    words = ["tune", "mask", "--storage", "postgresql://me:s3cr@db/u", "--max-leakage", "0.2"]
    told = resuming(words, Path("runs/x"))
    assert "s3cr" not in told
    assert "--out runs/x --resume" in told
    assert "type the password" in told
    plain = resuming(["tune", "mask", "--out=a", "--resume"], Path("runs/x"))
    assert plain == "unmask tune mask --out=a --resume"


class Terminal(io.StringIO):
    """A standard error that says it is watched."""

    def isatty(self) -> bool:
        return True


def test_the_next_defense_begins_on_a_new_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "60")
    with Live(quiet=False) as live:
        live.watch(Status("mask", 3, 3, Goal(), MIDDLE, None, 0.0))
        live.progress("checking on 8 test people: attacking", 1, 4)
        live.say("dp_pix (2 of 11)")
        live.progress("finding faces", 1, 4)
    shown = screen.getvalue()
    assert "attacking 1/4\ndp_pix (2 of 11)\n" in shown
    assert shown.endswith("finding faces 1/4\n")
    assert all(len(line.rpartition("\x1b[2K")[2]) < 60 for line in shown.split("\r"))


def test_unwatched_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    live = Live(quiet=False)
    for done in (9, 10, 10, 11):
        live.watch(Status("mask", done, 30, Goal(), MIDDLE, None, 0.0))
    for done in range(3):
        live.progress("checking", done, 3)
    live.say("dp_pix (2 of 11)")
    live.progress("checking", 0, 3)
    Live(quiet=True).say("nothing")
    lines = [line.partition(",")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["trial 10/30", "checking", "dp_pix (2 of 11)", "checking"]
