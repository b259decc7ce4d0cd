"""Models by hub id: from a hub that answers, from the cache, and at once not at all."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from unmask.evaluate.cli import app
from unmask.evaluate.vlm.opening import load

COMMIT = "a" * 40


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty cache; whoever waits before trying again fails."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    waits = SimpleNamespace(sleep=lambda seconds: pytest.fail(f"waited {seconds} s"))
    monkeypatch.setattr("huggingface_hub.utils._http.time", waits)
    return tmp_path / "hub"


def ask(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", url)  # read when it was imported
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
                        url + "/{repo_id}/resolve/{revision}/{filename}")  # fmt: skip


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port that is bound; who listens on it takes calls and never answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def hub(clip: Path) -> Iterator[int]:
    """A hub that has one model, owner/tiny."""
    held = {path.name: path.read_bytes() for path in clip.iterdir()}

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].removeprefix("/owner/tiny/resolve/main/")
            data = held.get(name, b"")
            self.send_response(200 if data else 404)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag" if data else "X-Error-Code",
                             f'"{name}"' if data else "EntryNotFound")  # fmt: skip
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_hub_that_refuses_or_hangs_is_given_up_at_once(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, silent.getsockname()[1])
    with pytest.raises(LookupError, match=r"does not answer \(.*refused\)") as caught:
        load("owner/tiny")
    assert "\n" not in str(caught.value)
    silent.listen()
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "0.2")
    with pytest.raises(LookupError, match=r"does not answer \(.*(ETAG_TIMEOUT|timed out)"):
        load("owner/tiny")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(LookupError, match="must not be asked"):
        load("owner/tiny")


def test_the_command_gives_up_before_it_reads_data(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, silent.getsockname()[1])
    monkeypatch.setattr("unmask.evaluate.audit.people.load_subjects",
                        lambda *_, **__: pytest.fail("data were read"))  # fmt: skip
    with pytest.raises(LookupError, match="does not answer"):
        CliRunner().invoke(app, ["audit-vlm", "owner/tiny"], catch_exceptions=False)
    with pytest.raises(LookupError, match="does not answer"):
        CliRunner().invoke(app, ["audit-vlm", "lab", "--tower", "owner/tiny"],
                           catch_exceptions=False)  # fmt: skip


def test_a_model_of_the_hub_is_the_same_from_its_cache(
    hub: int, silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, hub)
    online = load("owner/tiny")
    ask(monkeypatch, silent.getsockname()[1])
    offline = load("owner/tiny")
    assert online.label == offline.label == "owner/tiny"
    assert online.fingerprint == offline.fingerprint == f"{COMMIT} float32"
    with pytest.raises(LookupError, match="does not answer"):
        load("owner/other")
    ask(monkeypatch, hub)
    with pytest.raises(LookupError, match="the hub does not give it"):
        load("owner/other")
