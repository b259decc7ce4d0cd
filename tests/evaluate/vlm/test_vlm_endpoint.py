"""A small real server on loopback."""

import base64
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import Person, Subjects, load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.results.records import find
from unmask.evaluate.vlm import endpoint
from unmask.evaluate.vlm.base import CannotAnswerError
from unmask.evaluate.vlm.opening import load

KEY = "secret-key-123"


class Handler(BaseHTTPRequestHandler):
    asked: ClassVar[list[dict[str, Any]]] = []
    keys: ClassVar[list[str]] = []
    fail: ClassVar[list[int]] = []
    most: ClassVar[list[int]] = []  # pictures that it takes, if there is a limit

    def do_GET(self) -> None:
        self._send(200, {"data": [{"id": "tiny"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.keys.append(self.headers.get("Authorization", ""))
        if self.fail:
            self._send(self.fail.pop(), {"error": f"no, {self.headers.get('Authorization')}"})
            return
        parts = body["messages"][0]["content"]
        if self.most and len(parts) - 1 > self.most[0]:
            self._send(400, {"error": "at most 1 image may be provided"})
            return
        self.asked.append(body)
        text = parts[-1]["text"]
        if "yes or no" in text:
            reply = "Yes, it is."
        elif "\nA) " in text:
            lines = [line for line in text.splitlines() if "Anna Bell" in line]
            reply = lines[0][0] if lines else "?"
        else:
            reply = f"Anna Bell {len(parts)}"
        self._send(200, {"choices": [{"message": {"content": reply}}]})

    def _send(self, code: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in endpoint.KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(endpoint, "WAIT", 0.01)
    for each in (Handler.asked, Handler.keys, Handler.fail, Handler.most):
        each.clear()
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_the_server_sees_the_very_pixels(server: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    model = load("tiny", endpoint=server)
    assert model.answer([picture, None], ["who?", "who?"]) == ["Anna Bell 2", "Anna Bell 1"]
    asked = Handler.asked[0]
    assert (asked["model"], asked["temperature"]) == ("tiny", 0)
    url = asked["messages"][0]["content"][0]["image_url"]["url"]
    sent = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))
    assert np.array_equal(sent, picture)
    with pytest.raises(CannotAnswerError):
        model.likelihoods([picture], ["who?"], ["a"])


def test_a_key_goes_to_the_server_and_nowhere_else(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNMASK_API_KEY", KEY)
    model = load("tiny", endpoint=server)
    Handler.fail.append(401)
    with pytest.raises(OSError, match="says 401") as caught:
        model.answer([None], ["who?"])
    assert Handler.keys == [f"Bearer {KEY}"]
    assert KEY not in str(caught.value)
    assert KEY not in f"{model.label}{model.fingerprint}"
    with pytest.raises(ValueError, match="only sent over https"):
        load("tiny", endpoint="http://example.invalid/v1")


def test_a_busy_server_is_asked_again(server: str) -> None:
    model = load("tiny", endpoint=f"{server}/v1/")
    Handler.fail.extend([503, 429])
    assert model.answer([None], ["who?"]) == ["Anna Bell 1"]
    Handler.fail.extend([503] * endpoint.TRIES)
    with pytest.raises(OSError, match="says 503"):
        model.answer([None], ["who?"])


@pytest.mark.parametrize(
    ("address", "message"),
    [("127.0.0.1:80", "an endpoint is an address"), ("ftp://x", "an endpoint is an address"),
     ("http://a:b@127.0.0.1", "carries no user, password or query")],
)  # fmt: skip
def test_bad_addresses(address: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load("tiny", endpoint=address)


def test_nobody_answers() -> None:
    with pytest.raises(OSError, match=r"no server answers at http://127\.0\.0\.1:9/v1"):
        load("tiny", endpoint="http://127.0.0.1:9")


def test_an_audit_by_letter(server: str, tmp_path: Path) -> None:
    found = load_subjects("orl:people=4,photos=1")
    names = ("Anna Bell", "Carl Dorn", "Emma Falk", "Georg Hahn")
    cast = {key: Person(key, name) for key, name in zip(found.people, names, strict=True)}
    known = Subjects(found.label, cast, found.photos)
    inquiry = Inquiry(contexts=("whole",), prompts=("direct",))
    records = audit(load("tiny", endpoint=server), known, inquiry, folder=tmp_path / "r").records
    for group in ("", "control=no_image"):  # always Anna: right for one of four
        forced = find(records, name="named/forced", group=group, defense="none")[0]
        assert forced.value == pytest.approx(1 / 4)
        assert "asked by letter" in forced.reason
    orders = {tuple(json.loads(line)["order"])
              for line in (tmp_path / "r" / "answers.jsonl").read_text().splitlines()}  # fmt: skip
    assert len(orders) > 3
    yes = find(records, name="named/yes_no", statistic="accuracy", group="", defense="none")[0]
    assert yes.value == 0.5
    assert KEY not in (tmp_path / "r" / "config.json").read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n", " and more", "\u00e9"])
def test_a_key_that_no_header_can_carry(
    server: str, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("UNMASK_API_KEY", KEY + end)
    with pytest.raises(ValueError, match="UNMASK_API_KEY must be one word") as raised:
        load("tiny", endpoint=server)
    assert KEY not in str(raised.value)


def test_a_reply_without_an_end_is_not_read(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LARGEST", 10)
    with pytest.raises(OSError, match="sends more than"):
        load("tiny", endpoint=server)


@pytest.mark.parametrize("most", [2, 1])
def test_a_pair_goes_as_two_pictures_or_side_by_side(
    server: str, tmp_path: Path, most: int
) -> None:
    Handler.most.append(most)
    known = load_subjects("orl:people=4,photos=2")
    inquiry = Inquiry(contexts=("whole",), probes=("same",))
    records = audit(load("tiny", endpoint=server), known, inquiry, folder=tmp_path / "r").records
    found = find(records, name="same/clean-clean", statistic="auc", group="")[0]
    assert found.value == 0.5  # always yes
    assert ("side by side" in found.reason) == (most == 1)
    parts = [len(body["messages"][0]["content"]) for body in Handler.asked]
    assert set(parts[2:]) == {most + 1}


def test_a_server_that_is_down_is_no_server_that_takes_one_picture(server: str) -> None:
    model = load("tiny", endpoint=server)
    Handler.fail.extend([503] * endpoint.TRIES)
    with pytest.raises(OSError, match="says 503"):
        _ = model.takes_two
