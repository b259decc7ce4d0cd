"""Models by hub id: from a hub that answers, from the cache, and at once not at all."""

import json
import os
import socket
import subprocess
import sys
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
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{port}")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port that is bound; who listens on it takes calls and never answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def hub(clip: Path) -> Iterator[ThreadingHTTPServer]:
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
        yield server
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


SCRIPT = """
import json
from unmask.evaluate.vlm.opening import load
for _ in range(2):
    model = load("owner/tiny")
    try:
        load("owner/other")
    except LookupError as error:
        print(json.dumps([model.label, model.fingerprint, str(error)]), flush=True)
    input()
"""


def test_a_model_of_the_hub_is_the_same_from_its_cache(
    hub: ThreadingHTTPServer, tmp_path: Path
) -> None:
    # the libraries read the address when they are imported, each in its own way: hence a process
    asked = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(tmp_path / "hf")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    with subprocess.Popen([sys.executable, "-c", SCRIPT], env=kept | asked, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as ran:  # fmt: skip
        assert ran.stdin
        assert ran.stdout
        online = json.loads(ran.stdout.readline())
        hub.shutdown()
        hub.server_close()
        ran.stdin.write("\n\n")
        ran.stdin.flush()
        offline = json.loads(ran.stdout.readline())
    assert ran.returncode == 0
    assert online[:2] == offline[:2] == ["owner/tiny", f"{COMMIT} float32"]
    assert "the hub does not give it" in online[2]
    assert "does not answer" in offline[2]
