"""Real saved formats, read from disk: answers, likelihoods, and one-line errors."""

import ast
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.vlm.base import CannotAnswerError
from unmask.evaluate.vlm.generative import Generative
from unmask.evaluate.vlm.opening import check_model, load

QUESTION = "who is this person ?"
NAMES = ["This is Anna Bell", "This is Carl", "This is Emma Falk", "This is Ida Jung ."]


def opened(path: Path, batch: int = 8) -> Generative:
    model = load(str(path), batch=batch)
    assert isinstance(model, Generative)
    return model


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_the_remembered_prompt_gives_what_the_plain_way_gives(
    name: str, request: pytest.FixtureRequest, pictures: list[np.ndarray]
) -> None:
    model = opened(request.getfixturevalue(name))
    found = model.likelihoods(pictures, [QUESTION] * 5, NAMES)
    assert model.remembers == {True: True}
    plain = np.stack([model.plain(p, QUESTION, NAMES) for p in pictures])
    assert found.shape == (5, 4)
    assert np.allclose(found, plain, atol=2e-4)
    assert np.ptp(found, axis=0).max() > 0.01  # the picture matters
    assert (found < 0).all()


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_without_a_picture_after_pictures(
    name: str, request: pytest.FixtureRequest, pictures: list[np.ndarray]
) -> None:
    """Qwen keeps positions of the last picture; text alone must not take them over."""
    path = request.getfixturevalue(name)
    model, fresh = opened(path), opened(path)
    model.likelihoods(pictures[:3], [QUESTION] * 3, NAMES)
    later = model.likelihoods([None], [QUESTION], NAMES)
    assert model.remembers == {True: True, False: True}
    assert np.array_equal(later, fresh.likelihoods([None], [QUESTION], NAMES))
    assert np.allclose(later[0], model.plain(None, QUESTION, NAMES), atol=2e-4)


def test_words_it_lacks_are_no_answer(llava: Path, pictures: list[np.ndarray]) -> None:
    """Two unknown names are one token: equal likelihoods would look like privacy."""
    model = opened(llava)
    for shown in (pictures[:2], [None, None]):
        with pytest.raises(CannotAnswerError, match="are the same to the") as told:
            model.likelihoods(shown, [QUESTION] * 2, ["Zoe", "Anna", "Yann"])
        assert "answers 1 and 3 of 3" in str(told.value)
        assert "Zoe" not in str(told.value)  # it goes into records and pages


def test_a_wrong_memory_is_noticed(llava: Path, pictures: list[np.ndarray],
                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    model = opened(llava)
    right = model.likelihoods(pictures, [QUESTION] * 5, NAMES)
    broken = opened(llava)
    real = Generative._remembered
    monkeypatch.setattr(Generative, "_remembered", lambda *args: real(*args) + 0.5)
    assert np.allclose(broken.likelihoods(pictures, [QUESTION] * 5, NAMES), right, atol=2e-4)
    assert broken.remembers == {True: False}


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_answers_do_not_depend_on_the_batch(
    name: str, request: pytest.FixtureRequest, pictures: list[np.ndarray]
) -> None:
    path = request.getfixturevalue(name)
    asked = [QUESTION, "what name ?", QUESTION, "this person is who in this photo ?", QUESTION]
    together = opened(path, 5).answer(pictures, asked, 6)
    alone = opened(path, 1).answer(pictures, asked, 6)
    assert together == alone
    assert len(set(together)) > 1


def test_many_candidates_go_in_blocks(llava: Path, pictures: list[np.ndarray]) -> None:
    from unmask.evaluate.vlm import generative

    model = opened(llava)
    whole = model.likelihoods(pictures, [QUESTION] * 5, NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generative, "ROWS", 7)
        assert np.allclose(model.likelihoods(pictures, [QUESTION] * 5, NAMES), whole, atol=2e-4)


def test_a_dual_encoder_compares(clip: Path, pictures: list[np.ndarray]) -> None:
    import torch
    from transformers import AutoModel, AutoProcessor

    model = load(str(clip), batch=2)
    texts = ["Anna Bell", "Carl Dorn"]
    found = model.similarities(pictures, texts)
    assert found.shape == (5, 2)
    network, processor = (
        AutoModel.from_pretrained(clip).eval(),
        AutoProcessor.from_pretrained(clip),
    )
    with torch.inference_mode():
        told = network(**processor(text=texts, images=pictures, return_tensors="pt", padding=True))
    assert np.allclose(found * float(network.logit_scale.detach().exp()),
                       told.logits_per_image.numpy(), atol=1e-3)  # fmt: skip
    with pytest.raises(CannotAnswerError, match="writes none"):
        model.answer(pictures, [QUESTION] * 5)


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(LookupError, match="no such model folder: /nowhere/model"):
        load("/nowhere/model")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds no config\.json"):
        check_model(str(tmp_path))


def test_a_folder_without_processor(llava: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "generation_config.json"):
        shutil.copy(llava / name, tmp_path / name)
    with pytest.raises(ValueError, match=r"cannot load the processor of .*save") as caught:
        load(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_text_only_model(tmp_path: Path) -> None:
    from transformers import LlamaConfig

    LlamaConfig(hidden_size=32, num_attention_heads=2, num_hidden_layers=1).save_pretrained(
        tmp_path
    )
    with pytest.raises(ValueError, match="'llama' model, which sees no pictures"):
        load(str(tmp_path))


def test_bad_options(llava: Path) -> None:
    with pytest.raises(ValueError, match="dtype must be one of"):
        load(str(llava), dtype="int3")
    with pytest.raises(ValueError, match="pip install bitsandbytes"):
        load(str(llava), load_in_4bit=True)


def _with_code(model: Path, place: Path, **changed: object) -> tuple[Path, Path]:
    """Copy a model and let its configuration name a module that leaves a file when it runs."""
    shutil.copytree(model, place)
    ran = place.parent / "ran"
    (place / "custom.py").write_text(f"open({str(ran)!r}, 'w').close()\nclass Custom: pass\n")
    names = ("AutoConfig", "AutoModel", "AutoModelForImageTextToText", "AutoProcessor")
    auto_map = {"auto_map": dict.fromkeys(names, "custom.Custom")}
    path = place / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | auto_map | changed))
    return place, ran


def test_code_in_a_folder_is_refused_and_nobody_is_asked(
    llava: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, ran = _with_code(llava, tmp_path / "mine", model_type="mine_alone")
    monkeypatch.setattr("builtins.input", lambda text="": pytest.fail(f"asked: {text}"))
    with pytest.raises(ValueError, match=r"of its own .* which is never run") as raised:
        load(str(place))
    assert "\n" not in str(raised.value)
    assert not ran.exists()


def test_code_in_a_folder_of_a_known_kind_is_left_alone(llava: Path, tmp_path: Path) -> None:
    place, ran = _with_code(llava, tmp_path / "mine")
    assert isinstance(load(str(place)), Generative)
    assert not ran.exists()


def test_every_loader_says_that_foreign_code_is_not_run() -> None:
    """Of transformers and diffusers, wherever a class is chosen by what a folder says."""
    calls = {
        f"{path}:{call.lineno}": {keyword.arg for keyword in call.keywords}
        for top in ("defenses", "evaluate")
        for path in (Path(__file__).parents[3] / top).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "from_pretrained"
    }
    silent = [place for place, told in calls.items() if not told & {"trust_remote_code", None}]
    assert len(calls) > 10
    assert not [place for place in silent if "adapters.py" not in place]  # it names the class
