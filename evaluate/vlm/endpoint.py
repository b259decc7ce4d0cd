"""A model behind an OpenAI-compatible server: vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

import base64
import io
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from .base import CannotAnswerError, Matrix, Model, Picture, shown_in

KEYS = ("UNMASK_API_KEY", "OPENAI_API_KEY")
TRIES, WAIT, LONGEST = 4, 1.0, 300.0  # tries, seconds before the second, seconds an answer
LARGEST = 1 << 24  # bytes of a reply; a server may send without an end
BUSY = (408, 425, 429, 500, 502, 503, 504)


class Endpoint(Model):
    """Asks a server; a key is read from the environment and sent nowhere else.

    Servers do not tell how likely they find a given answer to a picture, so forced choice
    is a question whose options are lettered. Temperature is 0 and a seed is sent, but
    whether answers repeat is up to the server.

    Args:
        name: the server's name of the model.
        address: for example `http://127.0.0.1:8000`; `/v1` is added where it is missing.
        batch: kept for the interface; questions are asked one by one.

    Raises:
        ValueError: no http address, one that carries a password, or a key that would cross
            a network in the clear.
        OSError: no server answers there.
    """

    weighs = False

    def __init__(self, name: str, address: str, batch: int = 1) -> None:
        super().__init__(f"endpoint:{name}", f"endpoint {name}", batch)
        self._name, self._base = name, _checked(address)
        self._key = _key()
        host = str(urlsplit(self._base).hostname)
        if self._key and self._base.startswith("http://") and not _is_loopback(host):
            raise ValueError(f"{self._base} is not encrypted; a key is only sent over https")
        handlers: list[Any] = [_StayHere()]
        if _is_loopback(host):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)
        self._call("models", None)

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        """Return what the server's model writes; see `Model.answer`."""
        told = []
        for picture, prompt in zip(pictures, prompts, strict=True):
            parts = picture if isinstance(picture, tuple) else [picture][: shown_in(picture)]
            content: list[dict[str, Any]] = [
                *({"type": "image_url", "image_url": {"url": _as_url(one)}} for one in parts),
                {"type": "text", "text": prompt},
            ]
            asked = {
                "model": self._name, "temperature": 0, "seed": 0, "max_tokens": max_new_tokens,
                "messages": [{"role": "user", "content": content}],
            }  # fmt: skip
            reply = self._call("chat/completions", asked)
            try:
                text = reply["choices"][0]["message"]["content"]
            except (KeyError, IndexError, TypeError):
                raise OSError(f"{self._base} sent no answer: {self._safe(str(reply))}") from None
            told.append(" ".join(str(text or "").split()))
        return told

    @cached_property
    def takes_two(self) -> bool:
        """Whether the server accepts two pictures; what its model makes of them it cannot say."""
        grey = np.full((64, 64, 3), 128, np.uint8)
        self.answer([grey], ["Is this grey?"], 2)  # a server that is down must not look like a no
        try:
            self.answer([(grey, grey)], ["Are both grey?"], 2)
        except OSError:
            return False
        return True

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        """A server does not tell.

        Raises:
            CannotAnswerError: always.
        """
        raise CannotAnswerError("a server does not tell how likely it finds an answer")

    def _call(self, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "unmask"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(f"{self._base}/{path}", data, headers)
        for attempt in range(1, TRIES + 1):
            try:
                with self._opener.open(request, timeout=LONGEST) as reply:
                    return json.loads(self._whole(reply.read(LARGEST + 1)))
            except urllib.error.HTTPError as error:
                said = self._safe(error.read(LARGEST).decode("utf-8", "replace"))
                if body is None and error.code in (404, 405):
                    return {}  # a server without a list of models may still chat
                if error.code not in BUSY or attempt == TRIES:
                    raise OSError(f"{self._base} says {error.code}: {said}") from None
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if body is None or attempt == TRIES:
                    reason = self._safe(str(getattr(error, "reason", error)))
                    raise OSError(
                        f"no server answers at {self._base}: {reason}; is it running there?"
                    ) from None
            except ValueError:
                raise OSError(f"{self._base} answers with something that is no JSON") from None
            time.sleep(WAIT * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def _whole(self, data: bytes) -> bytes:
        if len(data) > LARGEST:
            raise OSError(
                f"{self._base} sends more than {LARGEST >> 20} MiB; is it a chat server?"
            )
        return data

    def _safe(self, text: str) -> str:
        """Return the beginning of what a server said, without the key."""
        text = " ".join(text.split())
        return (text.replace(self._key, "***") if self._key else text)[:200]


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the key is for one server."""

    def redirect_request(self, *args: Any, **keywords: Any) -> None:
        return None


def _key() -> str:
    """Return the key of the first variable that holds one; it is never part of a message."""
    name = next((name for name in KEYS if os.environ.get(name)), "")
    key = os.environ.get(name, "")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError(f"{name} must be one word of plain characters; does it end with a line?")
    return key


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"an endpoint is an address like http://127.0.0.1:8000, got '{address}'")
    if parts.username or parts.password or parts.query:
        raise ValueError(
            f"an endpoint's address carries no user, password or query; put the key into {KEYS[0]}"
        )
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return base if base.endswith("/v1") else f"{base}/v1"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _as_url(picture: Any) -> str:
    from PIL import Image

    with io.BytesIO() as file:
        Image.fromarray(picture).save(file, "PNG")
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
