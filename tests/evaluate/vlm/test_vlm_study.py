"""Several models side by side: saved ones of three families, a server, a broken one."""

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import unmask
from unmask.evaluate.audit import run as auditing
from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.kept import NAME as ANSWERS
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.run import audit, planned
from unmask.evaluate.audit.study.again import is_study, join
from unmask.evaluate.audit.study.cost import between, estimate, lasting
from unmask.evaluate.audit.study.joined import Studied, read_study
from unmask.evaluate.audit.study.listed import Opening, read_models
from unmask.evaluate.audit.study.parts import read_parts
from unmask.evaluate.audit.study.run import study
from unmask.evaluate.audit.study.watched import watched
from unmask.evaluate.cli.report import write_again
from unmask.evaluate.results.records import find, read_records
from unmask.evaluate.vlm.opening import load

NAMES = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn")
BLUR = "gaussian_blur:region=image,sigma=0.1"
INQUIRY = Inquiry(
    defenses=(BLUR,), probes=("open", "forced", "votes", "same"), prompts=("direct",),
    contexts=("whole", "removed"), tokens=3,
)  # fmt: skip
DATA = "orl:people=4,photos=2"


def subjects() -> Subjects:
    found = load_subjects(DATA)
    cast = {key: Person(key, name) for key, name in zip(sorted(found.people), NAMES, strict=True)}
    return Subjects(found.label, cast, found.photos)


def side_by_side(path: Path, folder: Path, inquiry: Inquiry = INQUIRY, **more: Any) -> Studied:
    """Run a study of the same four people, without reading what is printed in pictures."""
    given = {"text": False, "progress": None} | more
    return study(path, given.pop("who", subjects()), inquiry, folder=folder, **given)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._send({"data": [{"id": "tiny"}]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send({"choices": [{"message": {"content": "A"}}]})

    def _send(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()


def models_file(folder: Path, *lines: object) -> Path:
    path = folder / "models.txt"
    path.write_text("# models\n" + "".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, llava: Path, qwen: Path, clip: Path, server: str
) -> tuple[Studied, Path, list[str]]:
    """A study of four models and one whose weights were cut."""
    folder = tmp_path_factory.mktemp("study")
    broken = shutil.copytree(llava, folder / "broken")
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    path = models_file(folder, f"{llava} batch=4", "broken  # beside the file", qwen, clip,
                       f"endpoint {server} tiny label=server")  # fmt: skip
    said: list[str] = []
    found = side_by_side(path, folder / "run", say=said.append)
    return found, path, said


def test_the_others_go_on_without_a_broken_one(seen: tuple[Studied, Path, list[str]]) -> None:
    found, _, said = seen
    assert list(found.measured) == ["tiny-llava", "tiny-qwen", "tiny-clip", "server"]
    assert list(found.missing) == ["broken"]
    assert found.missing["broken"].startswith("cannot load the weights of broken")
    assert [line.split(":")[0] for line in said] == [
        "tiny-llava", "broken", "tiny-qwen", "tiny-clip", "server"
    ]  # fmt: skip
    (gone,) = find(found.records, recognizer="broken")
    assert (gone.status, gone.value, gone.reason) == ("unavailable", None, found.missing["broken"])
    assert read_records(found.folder / "study.jsonl") == found.records
    frame = pytest.importorskip("pandas").read_json(found.folder / "study.jsonl", lines=True)
    assert set(frame["recognizer"]) == set(found.to_dataframe()["recognizer"])
    assert len(frame["recognizer"].unique()) == 5
    assert len(repr(found).splitlines()) == 2


def test_each_audit_is_what_it_is_alone(seen: tuple[Studied, Path, list[str]], llava: Path,
                                        tmp_path: Path) -> None:  # fmt: skip
    alone = audit(load(str(llava), batch=4), subjects(), INQUIRY, folder=tmp_path / "alone",
                  text=False)  # fmt: skip
    inside = seen[0].folder / "01-tiny-llava"
    assert (inside / ANSWERS).read_bytes() == (tmp_path / "alone" / ANSWERS).read_bytes()
    records = read_records(alone.page.parent / "records.jsonl")
    assert list(seen[0].measured["tiny-llava"]) == records


def test_page(seen: tuple[Studied, Path, list[str]]) -> None:
    found, page = seen[0], seen[0].page.read_text()
    assert len(page) < 300_000
    for text in ("4 of 5 models were measured", "not measured: cannot load the weights",
                 'href="01-tiny-llava/report.html"', "no ranking", "asked by letter",
                 "a dual encoder writes no answers", "clean, removed", "2408.01228"):  # fmt: skip
        assert text in page, text
    figures = re.findall(r"<td[^>]*>(\d\.\d{3})(<small>)?", page)
    assert len(figures) > 50
    assert all(small for _, small in figures), "a figure without its interval"
    for name in NAMES:
        assert name not in page
        assert name not in (found.folder / "study.jsonl").read_text()
    assert is_study(found.folder)
    again = unmask.read(found.folder)
    assert isinstance(again, Studied)
    assert again.records == found.records
    found.page.unlink()
    assert write_again(found.folder).read_text() == page


def copied(found: Studied, place: Path) -> Path:
    return shutil.copytree(found.folder, place / "copy")


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ("unfinished", "its audit is not finished: "),
        ("people", "asked otherwise than the study (people: "),
        ("questions", "asked otherwise than the study (inquiry: tokens)"),
        ("records", "its records are not those that the study wrote"),
        ("model", "its folder holds the audit of another model"),
        ("gone", "not asked yet"),
    ],
)
def test_what_does_not_belong_never_stands_beside(
    seen: tuple[Studied, Path, list[str]], tmp_path: Path, spoilt: str, reason: str
) -> None:
    folder = copied(seen[0], tmp_path)
    own = folder / "01-tiny-llava"
    config = json.loads((own / "config.json").read_text())
    if spoilt == "unfinished":
        (own / "records.jsonl").unlink()
    elif spoilt == "people":
        config["people"] = {"x": ["Xaver Young"], **dict(list(config["people"].items())[1:])}
    elif spoilt == "questions":
        config["inquiry"]["tokens"] = 99
    elif spoilt == "records":
        shutil.copy(folder / "03-tiny-qwen" / "records.jsonl", own / "records.jsonl")
    elif spoilt == "model":
        shutil.rmtree(own)
        shutil.copytree(folder / "03-tiny-qwen", own)
        config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps(config))
    if spoilt == "gone":
        shutil.rmtree(own)
    found = join(folder)
    assert reason in found.missing["tiny-llava"]
    assert len(found.measured) == 3
    assert not [r for r in found.records if r.recognizer == "tiny-llava" and r.value is not None]
    assert f"not measured: {found.missing['tiny-llava']}" in found.page.read_text()


def test_two_names_of_one_model_are_no_two_models(llava: Path, tmp_path: Path) -> None:
    path = models_file(tmp_path, f"{llava} label=one", f"{llava} label=two")
    few = replace(INQUIRY, contexts=("whole",), probes=("open",), defenses=())
    found = side_by_side(path, tmp_path / "run", few)
    assert "one and two are one and the same model" in found.page.read_text()


def test_going_on(seen: tuple[Studied, Path, list[str]], tmp_path: Path, llava: Path) -> None:
    found, path, _ = seen
    folder = copied(found, tmp_path)
    before = (folder / "study.jsonl").read_bytes()

    def again(path: Path, who: Subjects, inquiry: Inquiry = INQUIRY) -> Studied:
        return side_by_side(path, folder, inquiry, who=who, resume=True)

    def lines(*changed: str) -> Path:
        text = path.read_text().splitlines()
        (tmp_path / "broken").mkdir(exist_ok=True)
        return models_file(tmp_path, *(changed or text[1:]))

    with pytest.raises(ValueError, match=r"other settings \(inquiry: tokens\)"):
        again(path, subjects(), replace(INQUIRY, tokens=4))
    who = subjects()
    first, *rest = who.photos
    with pytest.raises(ValueError, match=r"other settings \(photos\)"):
        again(path, replace(who, photos=(first.with_pixels(first.pixels // 2), *rest)))
    text = path.read_text().splitlines()[1:]
    with pytest.raises(ValueError, match=r"model 1, 'tiny-llava batch=4' \(tiny-llava\), is now "
                                         r"'tiny-llava batch=2'"):  # fmt: skip
        again(lines(text[0].replace("=4", "=2"), *text[1:]), subjects())
    with pytest.raises(ValueError, match=r"model 5, .*\(server\), is gone"):
        again(lines(*text[:-1]), subjects())
    with pytest.raises(ValueError, match=r"model 3, .* is now .*; model 4"):
        again(lines(*text[:2], text[3], text[2], text[4]), subjects())
    # nothing is known of the broken one: its line may be put right
    put_right = again(lines(text[0], f"{llava} label=broken", *text[2:]), subjects())
    assert not put_right.missing
    same = [r for r in put_right.records if r.recognizer != "broken"]
    assert same == [r for r in found.records if r.recognizer != "broken"]
    assert (folder / "study.jsonl").read_bytes() != before


def test_a_model_that_was_trained_further_is_not_told_by_what_it_said(
    clip: Path, tmp_path: Path
) -> None:
    shutil.copytree(clip, tmp_path / "mine")
    path = models_file(tmp_path, "mine")
    few = replace(INQUIRY, probes=("votes",), contexts=("whole",))
    side_by_side(path, tmp_path / "run", few)
    weights = tmp_path / "mine" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-40] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ValueError, match=r"model 1, 'mine' \(mine\), has other files"):
        side_by_side(path, tmp_path / "run", few, resume=True)


def test_stop_and_resume(llava: Path, clip: Path, tmp_path: Path) -> None:
    path = models_file(tmp_path, clip, f"{llava} batch=2")
    few = replace(INQUIRY, contexts=("whole",), probes=("open", "forced"))
    whole = side_by_side(path, tmp_path / "whole", few)
    stopped = tmp_path / "stopped"

    def stopping(label: str, done: int, total: int) -> None:
        if "tiny-llava" in label and done > 5:
            assert re.fullmatch(r"asking: tiny-llava \(2 of 2\), .* left", label), label
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(path, stopped, few, progress=stopping)
    second = stopped / "02-tiny-llava" / ANSWERS
    second.write_bytes(second.read_bytes()[:-20])  # a kill may cut the last line
    assert list(read_study(stopped).missing) == ["tiny-llava"]
    assert "its audit is not finished: " in join(stopped).page.read_text()
    first = (stopped / "01-tiny-clip" / "records.jsonl").stat().st_mtime_ns
    side_by_side(path, stopped, few, resume=True)
    assert (stopped / "01-tiny-clip" / "records.jsonl").stat().st_mtime_ns == first
    assert (stopped / "study.jsonl").read_bytes() == (whole.folder / "study.jsonl").read_bytes()
    assert second.read_bytes() == (tmp_path / "whole" / "02-tiny-llava" / ANSWERS).read_bytes()
    assert read_parts(stopped)[1].seconds == 0  # in two goes


def test_an_estimate_alone_measures_nothing(
    llava: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = models_file(tmp_path, f"{llava} batch=4"), tmp_path / "run"
    few = replace(INQUIRY, contexts=("whole",), defenses=())
    found = side_by_side(path, folder, few, only_estimate=True)
    assert found.missing == {"tiny-llava": "not asked yet"}
    assert not (folder / "01-tiny-llava").exists()
    monkeypatch.setattr("unmask.evaluate.audit.study.run.estimate", None)  # it is known already
    looked, look = [], auditing.find_faces
    monkeypatch.setattr(auditing, "find_faces", lambda pixels: looked.append(1) or look(pixels))
    found = side_by_side(path, folder, few, resume=True)
    assert not found.missing
    assert len(looked) == 8  # once for estimate and audit


def test_what_builds_on_answers_is_counted_too(llava: Path, tmp_path: Path) -> None:
    model, few = load(str(llava), batch=4), Inquiry(probes=("useful",), contexts=("whole",))
    told = estimate(model, planned(subjects(), few, 4, text=False), 0)
    asked = watched(model)
    audit(asked, subjects(), few, folder=tmp_path / "run", text=False, progress=None)
    assert told.questions >= sum(asked.count.values())  # answers that are alike are weighed once


@pytest.mark.parametrize("name", ["llava", "clip"])
def test_all_questions_are_counted(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    model = load(str(request.getfixturevalue(name)), batch=3)
    told = estimate(model, planned(subjects(), INQUIRY, 3, text=False), 0.5)
    asked = watched(model)
    audit(asked, subjects(), INQUIRY, folder=tmp_path / "run", text=False, progress=None)
    assert told.questions == sum(asked.count.values())
    assert told.tokens == sum(n * a.size for a, n in asked.count.items() if a.what == "write")
    assert told.weighed == sum(n * a.size for a, n in asked.count.items() if a.what != "write")
    assert 0.5 < told.low < told.high
    assert 0 < told.sample < told.questions


def test_pictures_are_made_once_for_all(
    llava: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unmask.defenses.gaussian_blur import GaussianBlur

    made, plain = [], GaussianBlur.apply

    def slow(self: Any, photo: Any, rng: Any) -> Any:
        made.append(photo.key)
        time.sleep(0.02)
        return plain(self, photo, rng)

    monkeypatch.setattr(GaussianBlur, "apply", slow)
    few = replace(INQUIRY, contexts=("whole",), probes=("forced",))
    side_by_side(models_file(tmp_path, llava), tmp_path / "one", few)
    one = len(made)
    side_by_side(models_file(tmp_path, llava, clip), tmp_path / "two", few)
    estimates = 1 + 8  # of the second model: one to count, one unit to time... of its batch
    assert len(made) - one <= one + estimates + 1


def test_models_are_open_one_at_a_time(
    llava: Path, qwen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import weakref

    from unmask.evaluate.audit.study import listed

    alive: list[Any] = []

    def watching(*args: Any, **named: Any) -> Any:
        assert not [one for one in alive if one() is not None], "the one before is still there"
        model = load(*args, **named)
        alive.append(weakref.ref(model.network))  # type: ignore[attr-defined]
        return model

    monkeypatch.setattr(listed, "load", watching)
    few = replace(INQUIRY, contexts=("whole",), probes=("forced",), defenses=())
    side_by_side(models_file(tmp_path, llava, qwen), tmp_path / "run", few)
    assert len(alive) == 4


def test_the_file_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "my model", "home/far"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = models_file(
        tmp_path, "", "here dtype=bfloat16 batch=16 device_map=auto  # a folder beside the file",
        "'my model' 4bit", "~/far label=two", "Qwen/Qwen2-VL-2B-Instruct",
        "endpoint http://127.0.0.1:8000 llava:13b batch=2",
    )  # fmt: skip
    found = read_models(path, Opening(dtype="float16"))
    assert [one.label for one in found] == [
        "here", "my model", "two", "Qwen2-VL-2B-Instruct", "endpoint:llava:13b"
    ]  # fmt: skip
    assert found[0].model == str(tmp_path / "here")
    assert found[0].opening == Opening("bfloat16", 16, "auto")
    assert found[1].opening == Opening("float16", load_in_4bit=True)
    assert found[2].model == str(tmp_path / "home" / "far")
    assert found[3].opening == Opening("float16")
    assert (found[4].model, found[4].endpoint) == ("llava:13b", "http://127.0.0.1:8000")
    assert found[4].opening == Opening(batch=2)
    assert found[0].told == "here dtype=bfloat16 batch=16 device_map=auto"
    assert len({one.mark for one in found}) == 5


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("here dtype=float8", "line 3: dtype is one of float32, bfloat16, float16, got 'float8'"),
        ("here batch=0", "line 3: batch is a whole number from 1"),
        ("here quick", "line 3: after the model come dtype=..., batch=..., device_map=..., "
                       "label=... or 4bit, got 'quick'"),
        ("here 4bit=no", "line 3: after the model come"),
        ("here device_map=gpu", "line 3: a device map is"),
        ("'here", "line 3: a quote is not closed"),
        ("endpoint localhost llava", "line 3: a server is written"),
        ("endpoint http://localhost:1 llava 4bit", "line 3: how a server loads"),
        ("here label=first", "line 3: the model of line 2 is called first, too; give one of "
                             "them label=NAME"),
        ("here label=First", "line 3: the model of line 2 is called first, too"),
        ("./nowhere", "nowhere: no such model folder"),
        ("here", "here: .* holds no config.json"),
    ],
)  # fmt: skip
def test_bad_lines(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "here").mkdir()
    path = models_file(tmp_path, "endpoint http://127.0.0.1:1 x label=first", line)
    with pytest.raises(ValueError, match=re.escape(message) if ".*" not in message else message):
        side_by_side(path, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lists no model"):
        read_models(models_file(tmp_path))
    with pytest.raises(ValueError, match="cannot read the models of a study"):
        read_models(tmp_path / "none.txt")


@pytest.mark.parametrize("name", ["llava", "qwen", "clip"])
@pytest.mark.parametrize("spread", ["cpu", "auto"])
def test_a_device_map_changes_no_answer(
    name: str, spread: str, request: pytest.FixtureRequest, pictures: Sequence[Any]
) -> None:
    pytest.importorskip("accelerate")
    folder = str(request.getfixturevalue(name))
    plain, mapped = load(folder), load(folder, device_map=spread)
    shown, asked = list(pictures[:3]), ["who is this person ?"] * 3
    names = [f"this is {one}" for one in NAMES]
    if name != "clip":
        assert plain.answer(shown, asked, 4) == mapped.answer(shown, asked, 4)
    first, second = (one.likelihoods(shown, asked, names) for one in (plain, mapped))
    assert (first == second).all()
    assert plain.fingerprint == mapped.fingerprint or spread == "auto"


def test_a_device_map_needs_accelerate(llava: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unmask.evaluate.vlm import checkpoint

    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install accelerate"):
        load(str(llava), device_map="auto")
    with pytest.raises(ValueError, match="a device map is one of auto"):
        load(str(llava), device_map="everywhere")
    with pytest.raises(ValueError, match="drop device_map"):
        load("tiny", endpoint="http://127.0.0.1:1", device_map="auto")


def test_times_in_words() -> None:
    assert [lasting(s) for s in (3, 90, 750, 12_000, 200_000)] == [
        "3 s", "90 s", "12 min", "3 h 20 min", "2 days 8 h"
    ]  # fmt: skip
    assert between(60, 80) == "60 to 80 s"
    assert between(60, 200) == "60 s to 3 min"
    assert between(700, 710) == "12 min"
