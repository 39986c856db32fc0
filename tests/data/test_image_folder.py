"""Pictures of any kind in class folders: what can be read is read alike, the rest is named."""

import io

import numpy as np
import pytest
from PIL import Image

from nohero.data.image_decode import decode, scan
from nohero.data.read import read
from nohero.run.errors import DataError, UsageError


def picture(path, *, size=(8, 6), mode="RGB", value=100, form=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = value if mode in ("L", "I;16", "P", "1", "F", "I") else tuple([value] * len(mode))
    Image.new(mode, size, colour).save(path, form, **options)


@pytest.fixture
def folder(tmp_path):
    for label in ("cat", "dog"):
        for i in range(3):
            picture(tmp_path / "pets" / label / f"{i}.png", value=40 * i)
    return tmp_path / "pets"


def test_a_plain_folder(folder):
    raw = read(str(folder))
    assert raw.images.shape == (6, 6, 8, 3)
    assert raw.images.dtype == np.uint8
    assert raw.target.tolist() == ["cat"] * 3 + ["dog"] * 3
    assert raw.items[0] == "cat/0.png"
    assert raw.images[1].max() == 40
    assert raw.unusable == ()


def test_broken_files_are_named_with_their_reason(folder):
    whole = (folder / "cat" / "0.png").read_bytes()
    (folder / "cat" / "empty.png").write_bytes(b"")
    (folder / "cat" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / "text.jpg").write_text("not a picture")
    picture(folder / "dog" / "long.jpg", size=(200, 200))
    long = (folder / "dog" / "long.jpg").read_bytes()
    (folder / "dog" / "long.jpg").write_bytes(long[:-400])
    (folder / "stray.png").write_bytes(whole)
    raw = read(str(folder))
    reasons = {u.where: u.reason for u in raw.unusable}
    assert set(reasons) == {"cat/empty.png", "cat/cut.png", "dog/text.jpg", "dog/long.jpg", "stray.png"}
    assert "0 bytes" in reasons["cat/empty.png"]
    assert "unknown format" in reasons["dog/text.jpg"]
    assert "class folder" in reasons["stray.png"]
    assert len(raw) == 6


def test_a_bomb_is_refused_by_its_header(folder):
    image = Image.new("1", (20_000, 6_000))
    image.save(folder / "cat" / "bomb.png")
    raw = read(str(folder))
    assert "120 million pixels" in raw.unusable[0].reason


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "P", "I;16", "1", "F"])
def test_every_mode_is_brought_to_one(folder, mode):
    name, form = ("x.tif", "TIFF") if mode in ("CMYK", "F") else ("x.png", "PNG")
    value = {"I;16": 100 * 257, "1": 1, "F": 100.0}.get(mode, 100)
    image = Image.new(mode, (8, 6), value if mode in ("L", "I;16", "1", "F", "P") else tuple([value] * len(mode)))
    image.save(folder / "dog" / name, form)
    raw = read(str(folder))
    assert raw.images.shape == (7, 6, 8, 3)
    assert any("RGB" in note for note in raw.notes) == (mode != "RGB")
    seen = raw.images[list(raw.items).index(f"dog/{name}")]
    wanted = {"LA": 194, "RGBA": 194, "1": 255, "CMYK": 94}.get(mode, 100)
    if mode != "P":  # a palette's number 100 may be any colour
        assert abs(int(seen[0, 0, 0]) - wanted) <= 2


def test_all_grey_stays_grey(tmp_path):
    for label in "ab":
        picture(tmp_path / label / "1.png", mode="L")
        picture(tmp_path / label / "2.png", mode="I;16", value=5000)
    raw = read(str(tmp_path))
    assert raw.images.shape == (4, 6, 8, 1)


def test_sizes_are_brought_to_the_median(tmp_path):
    for label in "ab":
        for side in (30, 40, 300):
            picture(tmp_path / label / f"{side}.jpg", size=(side, side))
    raw = read(str(tmp_path))
    assert raw.images.shape == (6, 40, 40, 3)
    assert any("resized to 40x40" in note for note in raw.notes)
    assert read(str(tmp_path), image_size=16).images.shape == (6, 16, 16, 3)
    with pytest.raises(UsageError):
        read(str(tmp_path), image_size=0)


def test_large_pictures_are_shrunk_in_shape(tmp_path):
    for label in "ab":
        picture(tmp_path / label / "1.JPG", size=(640, 480))
    assert read(str(tmp_path)).images.shape == (2, 48, 64, 3)


def test_orientation_is_applied(tmp_path):
    image = Image.new("RGB", (8, 6))
    image.paste((255, 255, 255), (0, 0, 8, 2))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    for label in "ab":
        (tmp_path / label).mkdir()
        image.save(tmp_path / label / "1.png", exif=exif)
    raw = read(str(tmp_path))
    assert raw.images.shape == (2, 8, 6, 3)
    assert (raw.images[0][:, -2:] == 255).all()
    assert any("upright" in note for note in raw.notes)


def test_a_moving_picture_gives_its_first_frame(folder):
    frames = [Image.new("RGB", (8, 6), (v, v, v)) for v in (10, 200)]
    frames[0].save(folder / "cat" / "m.gif", save_all=True, append_images=frames[1:])
    raw = read(str(folder))
    assert raw.images[list(raw.items).index("cat/m.gif")].max() <= 12
    assert any("several frames" in note for note in raw.notes)


@pytest.mark.parametrize("classes", [(), ("cat",)])
def test_too_few_classes(tmp_path, classes):
    for label in classes:
        picture(tmp_path / label / "1.png")
    with pytest.raises(DataError) as caught:
        read(str(tmp_path))
    assert "class folder" in caught.value.expected
    assert caught.value.mend


def test_a_folder_of_one_folder_points_inside(folder):
    with pytest.raises(DataError) as caught:
        read(str(folder.parent))
    assert "pets, if its folders are the classes (cat, dog)" in caught.value.mend


def test_a_folder_of_tables_points_to_them(tmp_path):
    (tmp_path / "train.csv").write_text("a")
    with pytest.raises(DataError) as caught:
        read(str(tmp_path))
    assert "train.csv" in caught.value.mend


def test_links_and_hidden_files(folder, tmp_path):
    picture(tmp_path / "outside.png")
    (folder / "cat" / "out.png").symlink_to(tmp_path / "outside.png")
    (folder / "cat" / "in.png").symlink_to(folder / "cat" / "0.png")
    (folder / "cat" / "loop").symlink_to(folder)
    (folder / "dog" / "gone.png").symlink_to(folder / "gone.png")
    (folder / "cat" / ".DS_Store").write_bytes(b"x")
    (folder / "cat" / "notes.txt").write_text("x")
    raw = read(str(folder))
    assert {u.where: u.reason.split(",")[0] for u in raw.unusable} == {
        "cat/out.png": "a link that leaves the folder",
        "cat/loop": "a link to a folder",
        "dog/gone.png": "a broken link",
    }
    assert "cat/in.png" in raw.items
    assert any("1 hidden entry" in note for note in raw.notes)
    assert any("1 .txt" in note for note in raw.notes)


def test_given_parts(tmp_path):
    for part, count in (("train", 5), ("Valid", 2), ("test", 3)):
        for label in ("a", "b"):
            for i in range(count):
                picture(tmp_path / part / label / f"{i}.png")
    raw = read(str(tmp_path))
    assert {p: int((raw.given_split == p).sum()) for p in ("train", "val", "test")} == {"train": 10, "val": 4, "test": 6}
    assert set(raw.target) == {"a", "b"}


def test_classes_called_train_and_test_are_classes(tmp_path):
    for label in ("train", "test"):
        picture(tmp_path / label / "1.png")
    raw = read(str(tmp_path))
    assert set(raw.target) == {"train", "test"}
    assert raw.given_split is None


def test_the_hash_follows_names_and_bytes(folder):
    before = read(str(folder)).sha256
    assert read(str(folder)).sha256 == before
    picture(folder / "cat" / "0.png", value=1)
    changed = read(str(folder)).sha256
    (folder / "cat" / "0.png").rename(folder / "cat" / "00.png")
    assert len({before, changed, read(str(folder)).sha256}) == 3


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_damaged_bytes_never_break_it(tmp_path, form):
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)).save(buffer, form)
    paths = []
    for i in range(40):
        broken = bytearray(buffer.getvalue())
        for place in rng.integers(0, len(broken), 8):
            broken[place] = rng.integers(0, 256)
        paths.append(tmp_path / f"{i}.jpg")
        paths[-1].write_bytes(broken[: rng.integers(1, len(broken) + 1)])
    headers = [h for h in scan(paths) if not h.fault]
    images, faults = decode(headers, 8, 8, 3)
    assert len(images) == len(faults) == len(headers)
