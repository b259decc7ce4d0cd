"""One place knows the device: every tensor goes through it, and figures of two are not mixed."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import unmask
from unmask import device as place
from unmask.defenses import DEFENSES
from unmask.defenses.apply.pool import in_pool
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.summary import described, differing
from unmask.defenses.faces import dlib_net
from unmask.defenses.faces.find import DETECTORS
from unmask.device import full, mark, on_device, once_a_device, use_device
from unmask.evaluate.attackers.cnn import _Dropout
from unmask.evaluate.cli.main import main
from unmask.evaluate.comparison.config import describe, measurement_key
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.lab.cells import Cell
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet
from unmask.evaluate.results.folder import open_folder

ROOT = Path(__file__).parents[1]
CARD = "cuda NVIDIA H100 80GB HBM3, CUDA 13.0"
_DTYPE = re.compile(r"dtype$|^torch\.b?float\d+$|^precision\(\)$")
_NAMED = re.compile(r"(cuda|mps)(:\d+)?|\w+ExecutionProvider")


def around(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what places a tensor or a model without asking `unmask.device`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            words = [ast.unparse(one) for one in node.args]
            chain = ast.unparse(node.func)
            slips = [
                name == "to" and not (len(words) == 1 and _DTYPE.search(words[0])),
                name in ("cuda", "mps"),
                name in ("numpy", "double") and not re.search(r"\.cpu\(\)", chain),
                chain in ("torch.device", "onnxruntime.InferenceSession"),
                any(k.arg in ("device", "map_location", "providers") for k in node.keywords)
                and chain != "typer.Option",
                any(k.arg == "dtype" and "float64" in ast.unparse(k.value) for k in node.keywords)
                and chain.startswith("torch."),
            ]
            if any(slips):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in (
            "torch.cuda", "torch.mps", "torch.backends", "torch.float64",
        ):  # fmt: skip
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Constant) and _NAMED.fullmatch(str(node.value)):
            yield node.lineno, str(node.value)


@pytest.mark.parametrize("top", ["defenses", "evaluate", "benchmarks"])
def test_nothing_is_placed_but_by_the_one_place(top: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line} {text}"
        for file in sorted((ROOT / top).rglob("*.py"))
        for line, text in around(file.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "x.to('cpu')", "x.to(other.device)", "x.to(y.device, dtype)", "net.cuda()", "x.numpy()",
        "x.double().cpu()", "torch.device('cpu')", "torch.zeros(3, device=d)", "a = 'cuda:0'",
        "torch.cuda.is_available()", "onnxruntime.InferenceSession(path)", "x.type(torch.float64)",
        "load(path, map_location=d)", "a = ['CPUExecutionProvider']",
    ],
)  # fmt: skip
def test_slips_are_found(source: str) -> None:
    assert list(around(source))


@pytest.mark.parametrize("source", ["x.to(y.dtype)", "net.to(precision())", "x.cpu().numpy()"])
def test_dtypes_and_results_are_none(source: str) -> None:
    assert not list(around(source))


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only names say that there is a card; no tensor goes there."""
    monkeypatch.setattr(place, "device", lambda: "cuda:0")
    monkeypatch.setattr(place, "mark", lambda: CARD)
    for name, module in list(sys.modules.items()):  # whoever took `mark` by name
        if name.startswith("unmask.") and getattr(module, "mark", None) is mark:
            monkeypatch.setattr(module, "mark", lambda: CARD)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gpu", "device must be auto, cpu, cuda, cuda:NUMBER or mps, got 'gpu'"),
        ("cuda:", "device must be auto"),
        ("cuda:99", r"device 'cuda:99' is not there: .*; .*, or give --device cpu"),
    ],
)
def test_a_device_that_is_not_there_is_refused_in_one_line(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as raised:
        use_device(name)
    assert "\n" not in str(raised.value)
    assert place.VARIABLE not in os.environ


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_command_says_so_before_any_work(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "orl", "--out", str(tmp_path / "run")]
    if way == "option":
        words += ["--device", "cuda:99"]
    else:
        monkeypatch.setenv(place.VARIABLE, "cuda:99")
    monkeypatch.setattr(sys, "argv", ["unmask", *words])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("unmask: device 'cuda:99' is not there: ")
    assert not (tmp_path / "run").exists()


def test_python_chooses_by_a_call_or_a_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, "cpu")
    unmask.use_device("auto")
    assert place.chosen() == "auto"
    with on_device("cpu"):
        assert (place.chosen(), place.device(), mark()) == ("cpu", "cpu", "cpu")
    assert place.chosen() == "auto"


def test_workers_have_the_choice_and_a_number_each() -> None:
    asked = "(lambda d: (d.chosen(), d._number()))(__import__('unmask.device').device)"
    with on_device("auto"):
        found = list(in_pool(eval, [asked] * 2, workers=2, lost=lambda task, why: why))
    assert [name for name, _ in found] == ["auto"] * 2
    assert len({number % 2 for _, number in found}) == 2  # two cards would be used


def test_auto_spreads_workers_over_cards_of_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["big", "small", "big"]
    there = SimpleNamespace(
        is_available=lambda: True, device_count=lambda: 3, get_device_name=names.__getitem__
    )
    monkeypatch.setattr(torch, "cuda", there)
    assert [place._fastest(number) for number in range(4)] == ["cuda:0", "cuda:2"] * 2


def test_fingerprints_tell_devices_apart(card: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fingerprints() -> list[str]:
        return [DlibResNet().fingerprint, DETECTORS.build("yunet").fingerprint]

    here = fingerprints()
    assert here[0].endswith(f" device={CARD}")
    assert CARD not in here[1]  # onnxruntime without CUDA: it stays on the processor
    monkeypatch.setattr(place, "onnx_follows", lambda: True)
    assert fingerprints()[1].endswith(f" device={CARD}")
    monkeypatch.setattr(place, "device", lambda: "cpu")
    assert not any("device" in text for text in fingerprints())  # what was kept before holds


def test_vectors_of_two_devices_are_never_mixed(
    scene: Scene, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def forward(self: DlibResNet, chips: list[np.ndarray]) -> np.ndarray:
        made.append(len(chips))
        return np.ones((len(chips), 128), np.float32)

    monkeypatch.setattr(DlibResNet, "forward", forward)
    own = [photo.pixels // 3 + 7 for photo in scene.gallery[:3]]  # that no planted case has shown
    photos = [replace(photo, pixels=one) for photo, one in zip(scene.gallery, own, strict=False)]
    for _ in range(2):
        DlibResNet().embed(photos)
    assert made == [3]
    request.getfixturevalue("card")
    DlibResNet().embed(photos)
    assert made == [3, 3]


def test_runs_and_what_is_kept_name_the_device(
    scene: Scene, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    plan = Plan(("naive",), (), ("dlib",))
    settings = Settings(DEFENSES.build("pixelate"), 1, chosen=True)
    cell, recipe = Cell("clean", "clean", "clean"), Recipe()

    def told() -> list[Any]:
        return [
            measurement_key(scene, plan, "none"), settings.digest,
            cell.mark("orl", ["blur"], recipe),
        ]  # fmt: skip

    config, before, summary = describe(scene, ["none"], plan), told(), described(settings)
    assert config["device"] == summary["device"] == "cpu"
    open_folder(tmp_path / "run", config, resume=False)
    request.getfixturevalue("card")
    assert all(a != b for a, b in zip(told(), before, strict=True))
    there = describe(scene, ["none"], plan)
    assert there["device"] == CARD
    with pytest.raises(ValueError, match=r"other settings .*device"):
        open_folder(tmp_path / "run", there, resume=True)
    assert differing(described(settings), summary) == f"device was cpu, is {CARD}"


@pytest.mark.parametrize("broken", [0.01, float("nan")])
def test_a_device_that_computes_something_else_is_refused(
    broken: float, card: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dlib_net, "device", lambda: "cuda:0")
    load: Any = dlib_net.load_dlib_net
    monkeypatch.setattr(dlib_net, "placed", lambda network: network)
    assert isinstance(load.__wrapped__(), dlib_net.DlibNet)

    def placed(network: dlib_net.DlibNet) -> dlib_net.DlibNet:
        network.head.mul_(1 + broken)
        return network

    monkeypatch.setattr(dlib_net, "placed", placed)
    with pytest.raises(ValueError, match=r"cuda:0 must compute .* --device cpu does"):
        load.__wrapped__()


def test_models_are_loaded_once_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    @once_a_device(most=1)
    def load(name: str) -> str:
        made.append(f"{name} {place.device()}")
        return made[-1]

    assert load("a") == load("a") == "a cpu"
    monkeypatch.setattr(place, "device", lambda: "mps")
    assert load("a") == "a mps"
    assert made == ["a cpu", "a mps"]
    load.cache_clear()  # type: ignore[attr-defined]
    load("a")
    assert len(made) == 3


def test_float64_is_refused_also_where_it_would_do() -> None:
    assert place.placed(torch.zeros(2)).device.type == "cpu"
    with pytest.raises(TypeError, match=r"float64 cannot go to every device; call .float"):
        place.placed(torch.zeros(2, dtype=torch.double))


def test_dropout_draws_as_torch_does_on_the_processor() -> None:
    values = torch.rand(5, 64)
    torch.manual_seed(3)
    wanted = nn.Dropout(0.4)(values)
    torch.manual_seed(3)
    assert torch.equal(_Dropout(0.4)(values), wanted)
    assert torch.equal(_Dropout(0.4).eval()(values), values)


def test_a_full_card_is_told_in_one_line(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.\nGPU 0 has")
    assert not full(error)  # nobody chose a card
    request.getfixturevalue("card")
    assert re.fullmatch(r"cuda:0 has no memory left; .*--workers .*--device cpu", full(error))
    assert not full(RuntimeError("shapes do not fit"))

    def app() -> None:
        raise RuntimeError(f"OutOfMemoryError: {error}")  # as a worker hands it over

    monkeypatch.setattr(sys, "argv", ["unmask", "compare"])
    monkeypatch.setitem(main.__globals__, "app", app)
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 1
    assert capsys.readouterr().err == f"unmask: {full(error)}\n"


def test_onnx_stays_or_follows_and_is_never_silent(
    card: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert place._providers() == ["CPUExecutionProvider"]
    for _ in range(2):
        place.stays("the model of this test")
    (record,) = caplog.records
    assert record.getMessage() == (
        "unmask: the model of this test stays on the processor, not on cuda:0; in place of "
        "onnxruntime, onnxruntime-gpu runs it there"
    )
    monkeypatch.setattr(place, "onnx_follows", lambda: True)
    (first, settings), second = place._providers()
    assert (first, second) == ("CUDAExecutionProvider", "CPUExecutionProvider")
    assert settings["device_id"] == settings["use_tf32"] == "0"
    # a package that promises CUDA and cannot load it runs on the processor, with a warning
    session = SimpleNamespace(
        get_providers=lambda: ["CPUExecutionProvider"], disable_fallback=lambda: None
    )
    monkeypatch.setattr("onnxruntime.InferenceSession", lambda *args, **named: session)
    with pytest.raises(ValueError, match=r"onnxruntime .* cannot use cuda:0: .*--device cpu"):
        place.open_onnx(tmp_path / "model.onnx")
