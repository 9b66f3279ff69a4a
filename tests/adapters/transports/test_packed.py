"""Packed deliveries give the rows that lie in them, and cost no more than a setting allows."""

import gzip
import io
import random
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]

from adapters.transports import Row
from adapters.transports.archive import MOST_DIRECTORY_BYTES
from adapters.transports.content import MOST_DELIVERIES, Limits
from adapters.transports.files import open_files
from hub.errors import UnreadableFile
from hub.settings import Settings
from tests.adapters.transports.conftest import LIMITS, Deliver, open_one

CSV = "code,姓名\n1,张三\n2\n3,李四\n".encode()
GENEROUS = Limits.of(Settings())


def zipped(members: Mapping[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    book = Workbook()
    book.worksheets[0].append(["code", "姓名"])
    book.worksheets[0].append([1, "张三"])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_a_packed_file_is_the_same_delivery_as_the_plain_one(deliver: Deliver) -> None:
    plain = deliver("a.csv", CSV)
    for packed in (deliver("a.csv.gz", gzip.compress(CSV)), deliver("a.zip", zipped({"a.csv": CSV}))):
        assert (packed.format, packed.digest, packed.size) == ("CSV", plain.digest, len(CSV))
        assert list(packed.rows()) == list(plain.rows())


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip"])
@pytest.mark.parametrize("after", range(5))
def test_reading_a_packed_file_resumes_after_any_place(deliver: Deliver, name: str, after: int) -> None:
    file = deliver(name, gzip.compress(CSV) if name.endswith(".gz") else zipped({"a.csv": CSV}))
    assert list(file.rows(after)) == list(file.rows())[after:]
    assert file.position == file.size


@given(st.integers(0, 40), st.sampled_from([".csv.gz", ".zip"]))
def test_a_packed_file_that_is_cut_off_anywhere_is_refused_whole(
    tmp_path_factory: pytest.TempPathFactory, lost: int, extension: str
) -> None:
    packed = gzip.compress(CSV) if extension == ".csv.gz" else zipped({"a.csv": CSV})
    path = tmp_path_factory.mktemp("cut") / f"a{extension}"
    path.write_bytes(packed[: -lost - 1])
    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        open_files(path, LIMITS)


@given(st.binary(max_size=200), st.sampled_from(["a.csv.gz", "a.zip", "a.xlsx"]))
def test_whatever_stands_in_place_of_an_archive_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes((b"PK\x03\x04" if name != "a.csv.gz" else b"\x1f\x8b\x08") + content)
    with pytest.raises(UnreadableFile):
        open_files(path, LIMITS)


def test_a_bit_that_fell_over_is_noticed_before_anything_is_taken(deliver: Deliver) -> None:
    packed = bytearray(zipped({"a.csv": CSV}, compression=0))
    packed[packed.index(b"1,")] ^= 1
    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        deliver("a.zip", bytes(packed))


def test_an_archive_may_hold_several_deliveries_each_with_a_name_in_gbk(tmp_path: Path) -> None:
    packed = zipped({"xx01.csv": CSV, "xx02.jsonl": b'{"code":1}\n', "xx03.xlsx": workbook()})
    path = tmp_path / "月报.zip"
    path.write_bytes(packed.replace(b"xx0", "户0".encode("gbk")))
    files = open_files(path, LIMITS)
    assert [file.name for file in files] == ["月报.zip: 户01.csv", "月报.zip: 户02.jsonl", "月报.zip: 户03.xlsx"]
    assert [next(file.rows()) for file in files] == [
        Row(1, {"code": "1", "姓名": "张三"}),
        Row(1, {"code": 1}),
        Row(1, {"code": 1, "姓名": "张三"}),
    ]


def test_what_operating_systems_pack_along_is_no_delivery(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"报表/": b"", "报表/a.csv": CSV, "__MACOSX/报表/._a.csv": b"x", "报表/.DS_Store": b"x"}))
    assert open_one(path).name == "a.zip: a.csv"


def test_a_member_that_is_no_delivery_is_refused_and_not_passed_over(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.zip: 说明\.doc cannot be read as a delivery: its name must end in"):
        deliver("a.zip", zipped({"a.csv": CSV, "说明.doc": b"x"}))


@pytest.mark.parametrize("name", ["../../etc/a.csv", "/etc/a.csv", "C:\\a.csv", "..\\..\\a.csv"])
def test_a_member_that_names_a_place_elsewhere_is_read_and_never_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    (folder / "a.zip").write_bytes(zipped({name: CSV}))
    assert open_one(folder / "a.zip").name == "a.zip: a.csv"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.zip"]


@pytest.mark.parametrize("name", ["a.csv.gz.gz", "a.zip.gz", "a.gz", "a.tar.gz"])
def test_what_is_packed_twice_or_does_not_say_what_it_is_is_refused(deliver: Deliver, name: str) -> None:
    with pytest.raises(UnreadableFile, match="its name must end in"):
        deliver(name, gzip.compress(CSV))


def test_a_locked_archive_is_refused(deliver: Deliver) -> None:
    packed = bytearray(zipped({"a.csv": CSV}))
    for start in (packed.index(b"PK\x03\x04") + 6, packed.index(b"PK\x01\x02") + 8):
        packed[start] |= 1
    with pytest.raises(UnreadableFile, match="locked with a password"):
        deliver("a.zip", bytes(packed))


def test_an_archive_that_is_packed_in_an_unusual_way_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="ordinary ZIP archive"):
        deliver("a.zip", zipped({"a.csv": CSV}, ZIP_BZIP2))


def test_an_archive_that_holds_nothing_or_far_too_much_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="it holds 0 files"):
        deliver("a.zip", zipped({}))
    with pytest.raises(UnreadableFile, match=f"it holds {MOST_DELIVERIES + 1} files"):
        deliver("a.zip", zipped({f"{number}.csv": CSV for number in range(MOST_DELIVERIES + 1)}))


def test_an_archive_of_names_alone_is_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w") as archive:
        for number in range(MOST_DIRECTORY_BYTES // 200):
            archive.writestr(ZipInfo(f"{number:0200}.csv"), b"")
    with pytest.raises(UnreadableFile, match="too many files"):
        open_files(path, LIMITS)


def bomb(extension: str, size: int) -> bytes:
    """A packed file of one line that goes on and on."""
    content = b"code,name\n1," + b"a" * size
    return gzip.compress(content) if extension == ".csv.gz" else zipped({"a.csv": content})


@pytest.mark.parametrize("extension", [".csv.gz", ".zip"])
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a{extension}"
    path.write_bytes(bomb(extension, 100 << 20))
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="200 times larger"):
        open_files(path, GENEROUS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("extension", [".csv.gz", ".zip"])
def test_what_unpacks_to_more_than_the_setting_allows_is_refused(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a{extension}"
    path.write_bytes(bomb(extension, 2_000))
    with pytest.raises(UnreadableFile, match="larger than 2000 bytes"):
        open_files(path, Limits.of(Settings(max_unpacked_bytes=2_000)))


def test_an_archive_whose_members_share_their_bytes_is_refused(tmp_path: Path) -> None:
    inner = zipped({"a.csv": b"code\n" + random.Random(7).randbytes(100) * 400_000})  # noqa: S311 - any bytes do
    path = tmp_path / "a.zip"
    path.write_bytes(inner)
    with ZipFile(path, "a") as archive:
        for number in range(MOST_DELIVERIES - 1):
            twin = ZipInfo(f"{number}.csv")
            first = archive.infolist()[0]
            for name in ("compress_type", "compress_size", "file_size", "CRC", "header_offset", "flag_bits"):
                setattr(twin, name, getattr(first, name))
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
        archive.comment = b"changed"
    with pytest.raises(UnreadableFile, match="times larger"):
        open_files(path, GENEROUS)


def test_a_packed_file_of_any_size_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    numbers = random.Random(7)  # noqa: S311 - lines that do not pack too well
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"code,name\n")
        for number in range(20_000):
            file.write(f"{number},{numbers.randbytes(200).hex()}\n".encode())
    tracemalloc.start()
    assert sum(isinstance(row, Row) for row in open_one(path).rows()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20
