"""Data as researchers have it: each form keeps the contract, and what is bad in it is listed."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.random import default_rng
from PIL import Image

from unmask.evaluate.data import Bad, dataset_of, load_dataset
from unmask.evaluate.data.base import Loaded
from unmask.evaluate.testing import dataset_checks, run

PEOPLE, PHOTOS = 5, 3


def encoded(person: int, photo: int) -> bytes:
    pixels = default_rng([person, photo]).integers(0, 255, (12, 10, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


EVERY = {(n, k): encoded(n, k) for n in range(PEOPLE) for k in range(PHOTOS)}


def celeba(root: Path, *, folder: str = "Img/img_celeba", listed: str = "Anno") -> str:
    pictures = root / folder
    pictures.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, ((person, _), data) in enumerate(EVERY.items(), 1):
        (pictures / f"{number:06d}.jpg").write_bytes(data)
        lines.append(f"{number:06d}.jpg {person + 2880}\n")
    (root / listed).mkdir(exist_ok=True)
    (root / listed / "identity_CelebA.txt").write_text("".join(lines))
    return f"celeba:{root}"


def tree(root: Path) -> dict[str, str]:
    for (person, photo), data in EVERY.items():
        place = root / "photos" / f"{person}-{photo}.png"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    return {f"photos/{n}-{k}.png": f"p{n}" for n, k in EVERY}


def table(root: Path) -> str:
    lines = ["path,identity", *(f"{path},{who}" for path, who in tree(root).items())]
    (root / "labels.csv").write_text("\n".join(lines))
    return f"table:{root / 'labels.csv'}"


def parquet(root: Path) -> str:
    paths = {str(root / path): int(who[1:]) for path, who in tree(root).items()}
    columns = {"image": list(paths), "subject": list(paths.values()), "age": [1.5] * len(paths)}
    pq.write_table(pa.table(columns), root / "labels.parquet")
    return f"table:{root / 'labels.parquet'},file=image,identity=subject"


def hugging_face(root: Path) -> str:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        image=datasets.Image(), label=datasets.ClassLabel(names=[f"p{n}" for n in range(PEOPLE)])
    )
    columns = {
        "image": [{"bytes": data, "path": None} for data in EVERY.values()],
        "label": [person for person, _ in EVERY],
    }
    rows = datasets.Dataset.from_dict(columns, features=features)
    datasets.DatasetDict(train=rows, test=rows.select(range(6))).save_to_disk(str(root / "saved"))
    return f"hf:{root / 'saved'}"


def tar(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as file:
        for name, data in members.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            file.addfile(header, io.BytesIO(data))


def webdataset(root: Path) -> str:
    for shard in range(2):
        members = {}
        for person, photo in [one for one in EVERY if one[1] % 2 == shard]:
            members[f"{person}/{photo}.png"] = EVERY[person, photo]
            members[f"{person}/{photo}.cls"] = f"{person}\n".encode()
            members[f"{person}/{photo}.json"] = json.dumps({"who": {"id": f"p{person}"}}).encode()
        tar(root / f"shard-{shard:03d}.tar", members)
    return f"webdataset:{root}/shard-{{000..001}}.tar"


FORMS: list[Callable[[Path], str]] = [celeba, table, parquet, hugging_face, webdataset]


def people_of(loaded: Loaded) -> dict[str, int]:
    found: dict[str, int] = {}
    for photo in loaded.photos:
        found[photo.identity] = found.get(photo.identity, 0) + 1
    return found


@pytest.mark.parametrize("form", FORMS)
def test_each_keeps_the_contract(form: Callable[[Path], str], tmp_path: Path) -> None:
    dataset = dataset_of(form(tmp_path))
    for check in dataset_checks:
        assert run(check, dataset) == "", check.__name__
    loaded = dataset.load()
    assert sorted(people_of(loaded).values()) == [PHOTOS] * PEOPLE
    assert not loaded.bad
    shown = {photo.pixels.tobytes() for photo in loaded.photos}
    truth = {np.asarray(Image.open(io.BytesIO(data))).tobytes() for data in EVERY.values()}
    assert shown == truth
    contents = {dataset.content(dataset.folder(), photo.key) for photo in loaded.photos}
    assert contents == set(EVERY.values())


@pytest.mark.parametrize("form", FORMS)
def test_photos_are_read_by_key(form: Callable[[Path], str], tmp_path: Path) -> None:
    dataset = dataset_of(form(tmp_path) + ",people=2")
    chosen = dataset.load().photos
    some = dataset.load_keys([chosen[-1].key, "nobody/0.png", chosen[0].key])
    assert [(p.key, p.identity) for p in some.photos] == [
        (p.key, p.identity) for p in (chosen[0], chosen[-1])
    ]
    assert some.bad == (Bad("nobody/0.png", "there is no such photo"),)


# ------------------------------------------------------------------ CelebA


@pytest.mark.parametrize(
    ("folder", "listed", "given"),
    [
        ("img_align_celeba", ".", "."),
        ("img_align_celeba/img_align_celeba", ".", "."),  # as one archive unpacks
        ("Img/img_celeba", "Anno", "Img/img_celeba"),
        ("pictures", ".", "pictures"),
        (".", ".", "."),
    ],
)
def test_celeba_where_it_lies(tmp_path: Path, folder: str, listed: str, given: str) -> None:
    celeba(tmp_path, folder=folder, listed=listed)
    loaded = load_dataset(f"celeba:{tmp_path / given}")
    assert loaded.name == "celeba"
    assert loaded.photos[0].key == "000001.jpg"  # whatever the layout
    assert loaded.photos[0].identity == "2880"


def test_celeba_with_files_that_nobody_lists_or_that_are_gone(tmp_path: Path) -> None:
    celeba(tmp_path)
    pictures = tmp_path / "Img" / "img_celeba"
    (pictures / "000002.jpg").unlink()
    (pictures / "000003.jpg").rename(pictures / "000003.png")  # the list says .jpg
    (pictures / "999999.jpg").write_bytes(EVERY[0, 0])
    loaded = load_dataset(f"celeba:{tmp_path}")
    assert {entry.path for entry in loaded.bad} == {"000002.jpg", "999999.jpg"}
    assert "000003.png" in {photo.key for photo in loaded.photos}


@pytest.mark.parametrize("line", ["000001.jpg", "000001.jpg x", "../000001.jpg 1", "\0", "a b c"])
def test_a_damaged_list_of_identities(tmp_path: Path, line: str) -> None:
    celeba(tmp_path)
    with (tmp_path / "Anno" / "identity_CelebA.txt").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ValueError, match=r"line 16 must be a file and the number of a person"):
        load_dataset(f"celeba:{tmp_path}")


def test_celeba_is_not_fetched_and_needs_its_list(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="by hand from its authors"):
        load_dataset("celeba")
    celeba(tmp_path)
    twice = tmp_path / "Img" / "img_align_celeba"
    twice.mkdir()
    with pytest.raises(ValueError, match=r"holds Img/img_align_celeba and Img/img_celeba"):
        load_dataset(f"celeba:{tmp_path}")
    twice.rmdir()
    (tmp_path / "Anno" / "identity_CelebA.txt").unlink()
    with pytest.raises(ValueError, match=r"identity_CelebA.txt is neither in"):
        load_dataset(f"celeba:{tmp_path}")


# ------------------------------------------------------------------ trees


def test_train_and_test_of_vggface2_are_no_people(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for (person, photo), data in EVERY.items():
            place = tmp_path / part / f"n{person:06d}" / f"{photo:04d}_01.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    with pytest.raises(ValueError, match=r"got test, train, which hold folders of people; take"):
        load_dataset(str(tmp_path))
    loaded = load_dataset(f"folder:{tmp_path / 'train'}")
    assert loaded.photos[0].key == "n000000/0000_01.jpg"
    assert len(people_of(loaded)) == PEOPLE


# ------------------------------------------------------------------ tables


def test_bad_rows_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    table(tmp_path)
    with (tmp_path / "labels.csv").open("a") as file:
        file.write(
            "\n,p0\nphotos/0-0.png,\nphotos/gone.png,p0\n./photos/../photos/0-1.png,p0\n"
            "photos/1-0.png,p4\nphotos/2-0.png\n"
        )
    (tmp_path / "photos" / "3-0.png").write_bytes(b"no picture")
    loaded = load_dataset(f"table:{tmp_path / 'labels.csv'}")
    assert {entry.path: entry.reason for entry in loaded.bad} == {
        "row 16": "no path",
        "row 17": "no identity",
        "photos/gone.png": "listed in row 18, but there is no such file",
        "row 19": "the photo of row 2 again",
        "photos/1-0.png": "listed for 2 people",
        "row 21": "no identity",
        "photos/3-0.png": "is no picture that can be read",
    }
    assert people_of(loaded) == {"p0": 3, "p1": 2, "p2": 3, "p3": 2, "p4": 3}
    assert loaded.name == "table:labels"


def test_photos_elsewhere_have_keys_below_what_they_share(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "lists").mkdir()
    lines = ["path,identity", *(f"../photos/{n}-{k}.png,{n}" for n, k in EVERY)]
    (tmp_path / "lists" / "some.csv").write_text("\n".join(lines))
    loaded = load_dataset(f"table:{tmp_path / 'lists' / 'some.csv'}")
    assert loaded.photos[0].key == "0-0.png"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"needs a column 'path' and lacks it: no header"),
        ("file,identity\na,b\n", r"lacks it: file, identity; name yours"),
        ("path,path,identity\na,b,c\n", r"has 2 such"),
        ("path,identity\n", r"lists no photos"),
        ("path,identity\nnowhere.png,p0\n", r"no photo that .* lists is there, first /.*nowhere"),
        ("path,identity\n\0,p0\n", r"lists no photos|cannot read"),
    ],
)
def test_tables_of_no_use(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=why):
        load_dataset(f"table:{tmp_path / 't.csv'}")


def test_a_table_is_meant(tmp_path: Path) -> None:
    table(tmp_path)
    with pytest.raises(ValueError, match=r"got file .*; did you mean table:/.*labels.csv\?"):
        load_dataset(str(tmp_path / "labels.csv"))
    with pytest.raises(ValueError, match=r"no such table"):
        load_dataset("table:nowhere.csv")
    pq.write_table(pa.table({"path": ["a"], "identity": [1.5]}), tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=r"'identity' must hold texts or whole numbers"):
        load_dataset(f"table:{tmp_path / 't.parquet'}")


# ------------------------------------------------------------------ Hugging Face


def test_splits_columns_and_labels(tmp_path: Path) -> None:
    spec = hugging_face(tmp_path)
    assert people_of(load_dataset(f"{spec},split=test")) == {"p0": 3, "p1": 3}
    assert load_dataset(f"{spec},split=test").name == "hf:saved,split=test"
    with pytest.raises(ValueError, match=r"has no split 'val'; it has train, test"):
        load_dataset(f"{spec},split=val")
    with pytest.raises(ValueError, match=r"no column 'person'; it has image, label"):
        load_dataset(f"{spec},identity=person")
    with pytest.raises(ValueError, match=r"'label' holds no pictures"):
        load_dataset(f"{spec},image=label")


def test_rows_without_label_or_picture(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(photo=datasets.Image(), who=datasets.Value("string"))
    rows = [(data, f"p{person}") for (person, _), data in EVERY.items()]
    rows += [(b"no picture", "p0"), (None, "p1"), (EVERY[0, 0], None), (EVERY[0, 0], " ")]
    made = datasets.Dataset.from_dict(
        {"photo": [{"bytes": d, "path": None} if d else None for d, _ in rows],
         "who": [who for _, who in rows]}, features=features,
    )  # fmt: skip
    made.save_to_disk(str(tmp_path / "saved"))
    loaded = load_dataset(f"hf:{tmp_path / 'saved'},image=photo,identity=who")
    assert {entry.path: entry.reason for entry in loaded.bad} == {
        "00000015": "is no picture that can be read",
        "00000016": "no photo",
        "00000017": "no who",
        "00000018": "no who",
    }
    assert len(loaded.photos) == PEOPLE * PHOTOS


def test_a_hub_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach the Hub")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(LookupError, match=r"no folder here, and .* reach the Hub.* save_to_disk"):
        load_dataset("hf:somebody/faces")


# ------------------------------------------------------------------ WebDataset


def test_labels_in_json_and_tars_in_a_folder(tmp_path: Path) -> None:
    webdataset(tmp_path)
    loaded = load_dataset(f"webdataset:{tmp_path},identity=json.who.id")
    assert people_of(loaded) == {f"p{n}": PHOTOS for n in range(PEOPLE)}
    assert loaded.photos[0].key == "shard-000/0/0.png"
    assert loaded.name == f"webdataset:{tmp_path.name}"
    with pytest.raises(ValueError, match=r"label 'txt' .* endings there are cls, json, png"):
        load_dataset(f"webdataset:{tmp_path},identity=txt")
    with pytest.raises(ValueError, match=r"no tar .*shard-002.tar \(1 of 3 are missing\)"):
        load_dataset(f"webdataset:{tmp_path}/shard-{{000..002}}.tar")


def test_samples_that_are_of_no_use(tmp_path: Path) -> None:
    webdataset(tmp_path)
    picture = EVERY[0, 0]
    tar(
        tmp_path / "more.tar",
        {
            "twice.png": picture, "twice.jpg": picture, "twice.cls": b"1",
            "nobody.png": picture,
            "odd.png": picture, "odd.cls": b"\xff",
            "../out.png": picture, "../out.cls": b"1",
            "ruin.png": b"no picture", "ruin.cls": b"0",
            "._twice.png": b"",
        },
    )  # fmt: skip
    loaded = load_dataset(f"webdataset:{tmp_path}")
    assert {entry.path: entry.reason for entry in loaded.bad} == {
        "more/twice.png": "its sample holds 2 pictures",
        "more/nobody.png": "its sample has 0 labels that say who it is",
        "more/odd.png": "its sample has 0 labels that say who it is",
        "more/../out.png": "its name leads out with '..'",
        "more/../out.cls": "its name leads out with '..'",
        "more/ruin.png": "is no picture that can be read",
    }
    assert len(loaded.photos) == PEOPLE * PHOTOS


def test_a_compressed_tar(tmp_path: Path) -> None:
    webdataset(tmp_path)
    plain = (tmp_path / "shard-000.tar").read_bytes()
    (tmp_path / "shard-000.tar").write_bytes(gzip.compress(plain))
    loaded = load_dataset(f"webdataset:{tmp_path}")
    assert loaded.bad == (Bad("shard-000.tar", "it is compressed; decompress it: gunzip"),)


# ------------------------------------------------------------------ damage


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_give_one_line_or_the_rest(
    form: Callable[[Path], str], tmp_path: Path
) -> None:
    """Whatever is damaged: one line that says so, or the rest of the photos."""
    spec = form(tmp_path)
    files = sorted(p for p in tmp_path.rglob("*") if p.suffix not in (".png", ".jpg", ""))
    files = [p for p in files if p.is_file()]
    assert files
    whole = {path: path.read_bytes() for path in files}
    rng = default_rng(0)
    for turn in range(40):
        path = files[turn % len(files)]
        data = bytearray(whole[path])
        at = int(rng.integers(len(data)))
        if turn % 3 == 0:
            del data[at:]
        else:
            size = int(rng.integers(1, 200))
            data[at : at + size] = rng.bytes(size)
        path.write_bytes(bytes(data))
        told, photos = "", 0
        try:
            photos = len(dataset_of(spec).load().photos)
        except (ValueError, LookupError) as error:
            told = str(error)
        assert photos or (told and "\n" not in told)
        path.write_bytes(whole[path])
