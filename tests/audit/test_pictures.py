"""Pictures: what sources become, bad files, planted copies, and real sets."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.evidence.audit.near_pictures import near_pairs
from nohero.evidence.audit.picture_features import features
from nohero.run.errors import DataError
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.sources.thumbnails import thumbnails
from nohero.testing.collections import collections

CHECKS = tuple(c for c in audit_checks() if ".audit.pictures." in c.judge.__module__)


def findings(collection):
    return {f.code: f for f in examine_collection(collection, checks=[*CHECKS, *(c for c in audit_checks() if c.code == "DAT500")]).findings}


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def write(path, array, **saved):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **saved)
    return path


def test_class_folders(tmp_path):
    for i in range(4):
        write(tmp_path / "cat" / f"{i}.png", noise(12, 10, 3, seed=i))
        write(tmp_path / "dog" / f"{i}.png", noise(12, 10, seed=10 + i))
    write(tmp_path / "stray.png", noise(8, 8))
    c = open_source(str(tmp_path))
    assert (len(c), c.label, c.split) == (8, "class", "")
    assert set(c.frame["class"]) == {"cat", "dog"}
    assert c.frame.row(0, named=True) | {"bytes": 0} == {
        "file": "0.png", "class": "cat", "width": 10, "height": 12, "mode": "RGB", "bytes": 0, "suffix": ".png", "format": "PNG", "orientation": 1, "frames": 1,
    }  # fmt: skip
    assert [(u.where, u.reason) for u in c.unusable] == [("stray.png", "not in a class folder")]


def test_parts_without_classes(tmp_path):
    for part in ("train", "val"):
        for i in range(3):
            write(tmp_path / part / f"{i}.png", noise(8, 8, seed=i))
    c = open_source(str(tmp_path))
    assert (c.label, c.split, c.parts) == ("", "part", ("train", "val"))


@pytest.mark.parametrize("how", ["beside", "folder", "stems"])
def test_a_table_names_the_pictures(tmp_path, how):
    for i in range(5):
        write(tmp_path / "images" / f"p{i}.png", noise(8, 8, seed=i))
    names = [f"p{i}" if how == "stems" else f"images/p{i}.png" for i in (3, 1, 0)]
    rows = [f"{name},{label}" for name, label in zip(names, "aba", strict=True)]
    (tmp_path / "labels.csv").write_text("\n".join(["image,label", *rows, "../../etc/passwd.png,a", "missing.png,b"]))
    c = open_source(str(tmp_path / "labels.csv") if how == "beside" else str(tmp_path))
    assert c.items == ("images/p3.png", "images/p1.png", "images/p0.png")
    assert (c.label, c.labels.to_list()) == ("label", ["a", "b", "a"])
    assert len(c.unusable) == 2
    assert "no such picture" in c.unusable[0].reason
    assert np.array_equal(thumbnails(c).pixels[2, :, :, 0], noise(8, 8, seed=0))


def test_a_picture_named_by_many_rows_is_no_copy(tmp_path):
    for i in range(5):
        write(tmp_path / f"p{i}.png", noise(8, 8, seed=i))
    (tmp_path / "t.csv").write_text("file,what\n" + "".join(f"p{i % 5}.png,{i}\n" for i in range(15)))
    c = open_source(str(tmp_path / "t.csv"))
    assert len(c) == 15
    assert findings(c)["DAT660"].status is Status.PASS


def idx(array):
    return b"\0\0\x08" + bytes([array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def test_arrays_of_all_forms(tmp_path):
    x, y = noise(30, 9, 8), np.arange(30) % 3
    np.savez(tmp_path / "a.npz", x_train=x[:20], y_train=y[:20], x_test=x[20:], y_test=y[20:])
    np.savez(tmp_path / "b.npz", images=noise(30, 3, 9, 8), labels=y[:, None])
    np.save(tmp_path / "c.npy", x / 255)
    c = open_source(str(tmp_path / "a.npz"))
    assert (len(c), c.label, c.parts, c.items[20]) == (30, "label", ("train", "test"), "test 0")
    assert c.labels.to_list() == [str(v) for v in y]
    assert open_source(str(tmp_path / "b.npz")).pictures.shape == (30, 9, 8, 3)
    assert open_source(str(tmp_path / "c.npy")).label == ""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, rows in (("train", slice(0, 20)), ("t10k", slice(20, 30))):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(x[rows])))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(y[rows].astype(np.uint8))))
    c = open_source(str(folder))
    assert (len(c), c.label, c.parts) == (30, "label", ("train", "test"))
    assert np.array_equal(c.pictures, x)


def test_arrays_that_are_none(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "x-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(noise(5, 4, 4))[:-7]))
    np.save(tmp_path / "number.npy", np.float32(4))
    np.savez(tmp_path / "short.npz", x=noise(5, 4, 4), y=np.arange(4))
    for name in ("objects.npy", "cut.npz", "x-images-idx3-ubyte.gz", "number.npy", "short.npz"):
        with pytest.raises(DataError):
            open_source(str(tmp_path / name))


def test_values_that_are_no_numbers_are_set_aside(tmp_path):
    x = noise(20, 9, 8) / 255
    x[3, 2, 2], x[7, 0, 0] = np.nan, np.inf
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(20) % 2)
    c = open_source(str(tmp_path / "a.npz"))
    assert (len(c), [u.where for u in c.unusable]) == (18, ["picture 3", "picture 7"])


def test_bad_files_are_findings(tmp_path):
    for i in range(8):
        write(tmp_path / "ab"[i % 2] / f"{i}.jpg", noise(40, 40, 3, seed=i))
    content = (tmp_path / "a" / "0.jpg").read_bytes()
    (tmp_path / "a" / "cut.jpg").write_bytes(content[: len(content) // 2])
    (tmp_path / "a" / "zero.png").write_bytes(b"")
    (tmp_path / "b" / "text.png").write_text("no picture")
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, format="PNG")
    (tmp_path / "b" / "huge.png").write_bytes(bomb.getvalue())
    found = findings(open_source(str(tmp_path)))["DAT500"]
    assert found.status is Status.FAIL
    assert sorted(found.items) == ["a/cut.jpg", "a/zero.png", "b/huge.png", "b/text.png"]


def test_planted_copies_and_faults_in_cifar(real, tmp_path):
    import shutil

    root = tmp_path / "c"
    shutil.copytree(real("cifar10-small/train"), root)
    files = sorted(root.rglob("*.jpg"))
    generator = np.random.default_rng(5)
    chosen = [files[i] for i in generator.choice(len(files), 110, replace=False)]
    for path in chosen[:3]:
        path.write_bytes(path.read_bytes()[:500])
    write(chosen[3], np.zeros((32, 32, 3), dtype=np.uint8))
    chosen[4].write_bytes(b"")
    Image.open(chosen[5]).convert("RGB").save(chosen[5], format="PNG")
    exact, near = chosen[10:60], chosen[60:110]
    for path in exact:
        path.with_name(f"e{path.name}").write_bytes(path.read_bytes())
    changes = (lambda a: np.pad(a, ((1, 0), (0, 0), (0, 0)), mode="edge")[:-1], lambda a: (a * 0.8).astype(np.uint8), lambda a: a, lambda a: np.asarray(Image.fromarray(a).resize((24, 24))))
    for i, path in enumerate(near):
        write(path.with_name(f"n{path.name}"), changes[i % 4](np.asarray(Image.open(path).convert("RGB"))), quality=60 if i % 4 == 2 else 90)
    names = {p.relative_to(root).as_posix() for p in files}
    found = findings(open_source(str(root)))
    assert set(found["DAT500"].items) == {p.relative_to(root).as_posix() for p in (*chosen[:3], chosen[4])}
    assert found["DAT650"].items == (chosen[3].relative_to(root).as_posix(),)
    assert found["DAT651"].items == (chosen[5].relative_to(root).as_posix(),)
    assert len(found["DAT660"].items) == 50
    assert all("/e" in name for name in found["DAT660"].items)
    planted = [n for n in found["DAT661"].items if n.split("/")[1].startswith("n")]
    assert len(planted) >= 48
    assert len([n for n in found["DAT661"].items if n in names]) <= 3  # two pairs of the set itself are nearly the same


def test_clean_real_sets_are_left_in_peace(real):
    for relative, told in (("imagenet-sample", set()), ("membrane/images", set()), ("bccd/images", {"DAT661"}), ("cifar10-small", {"DAT661"})):
        found = findings(open_source(real(relative)))
        assert {f.code for f in found.values() if f.status in (Status.FAIL, Status.WARN, Status.ERROR, Status.UNSURE)} == told, relative


def test_exif_orientations(real):
    found = findings(open_source(real("exif-orientation")))["DAT652"]
    assert found.status is Status.WARN
    assert len(found.items) == 7


def test_near_pairs_are_those_of_all_pairs():
    pixels = noise(40, 16, 16, 1, seed=3)
    soft = np.stack([np.asarray(Image.fromarray(p[..., 0]).resize((16, 16), box=(0, 0, 5, 5)).resize((16, 16)))[..., None] for p in pixels])
    both = np.concatenate([soft, soft[:6, :, ::-1], soft[10:14], np.rot90(soft[20:23], axes=(1, 2))])
    found = {(p.first, p.second): p.how for p in near_pairs(both)}
    expected = {(i, 40 + i) for i in range(6)} | {(10 + i, 46 + i) for i in range(4)} | {(20 + i, 50 + i) for i in range(3)}
    assert set(found) == expected
    assert found[0, 40] == "mirrored"
    assert found[20, 50] == "turned a quarter"


def test_nothing_to_compare_gives_no_pairs():
    assert near_pairs(np.zeros((5, 8, 8, 1), dtype=np.uint8)) == []
    assert near_pairs(noise(1, 8, 8, 1)) == []
    assert near_pairs(noise(3, 3, 5, 3)) == []


def test_features_are_the_same_again_and_tell_classes_apart():
    c = collections()["small-arrays"]()
    x = features(c)
    assert x.dtype == np.float32
    assert x.shape[0] == len(c)
    assert x.shape[1] <= 1024
    assert np.isfinite(x).all()
    assert np.array_equal(x, features(collections()["small-arrays"]()))
    labels = np.array(c.labels.to_list())
    order = np.argsort(((x[:60, None] - x[None, 60:]) ** 2).sum(axis=2), axis=1)[:, 0]
    assert (labels[60:][order] == labels[:60]).mean() > 0.9


@pytest.mark.parametrize("shape", [(5, 4, 4, 1), (5, 7, 40, 3), (5, 64, 64, 3), (5, 1, 1)])
def test_odd_shapes_of_arrays_are_measured(shape):
    c = collections()["small-arrays"]()
    c = c.with_(pictures=noise(*shape), frame=c.frame[:5], items=c.items[:5])
    assert features(c).shape[0] == 5
    assert Status.ERROR not in {f.status for f in findings(c).values()}


def test_the_page_stays_small():
    checked = examine_collection(collections()["shapes"](), checks=CHECKS)
    size = sum(len(image.png) for figure in checked.pictures if hasattr(figure, "images") for image in figure.images)
    assert 10_000 < size < 1_000_000


def test_pictures_too_small_to_be_told_apart_are_no_near_copies():
    from nohero.data.builtin import read_builtin
    from nohero.sources.anything import open_anything

    digits = read_builtin("built-in:digits")
    told = findings(open_anything((digits.images, digits.target.astype(str))))
    assert told["DAT661"].status is Status.SKIP
    assert "side of 8" in told["DAT661"].message
    assert told["DAT663"].status is Status.PASS
