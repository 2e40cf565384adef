"""Uploads: what is taken, and every way in which an archive is refused with the name of the file and nothing kept."""

import io
import unicodedata
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.editions.rules import limits
from lms.editions.rules.paths import has_known_suffix, has_safe_shape, is_content
from lms.editions.rules.refusals import Fault, UploadFault, UploadRefused
from lms.editions.source import archives
from lms.editions.source.archives import pack, read_upload, unpack
from tests.lms.editions.archives import (
    DEVICE,
    LINK,
    marked_encrypted,
    saying_another_size,
    with_kind,
    with_raw_name,
    zipped,
    zipped_twice,
)

PUBLISHED = {"facts.yaml": b"facts: []\n", "lessons/p/L01.md": b"# L01\n", "exams/p/exam.yaml": b"", "exams/r/exam.yaml": b""}


def faults_of(name: str, data: bytes) -> list[UploadFault]:
    with pytest.raises(UploadRefused) as refused:
        read_upload(name, data, PUBLISHED)
    return list(refused.value.faults)


@pytest.mark.parametrize(
    "top",
    ["", "content/", "教材の変更/"],
)
def test_an_archive_is_read_with_and_without_a_folder_around_it(top: str) -> None:
    files = {f"{top}facts.yaml": "facts: [新しい]", f"{top}lessons/p/pictures/flow.svg": "<svg/>"}
    read = read_upload("変更.zip", zipped(files), PUBLISHED)
    assert read == {"facts.yaml": "facts: [新しい]".encode(), "lessons/p/pictures/flow.svg": b"<svg/>"}


def test_what_file_managers_add_is_passed_over() -> None:
    files = {
        "content/lessons/p/L01.md": "本文",
        "content/.DS_Store": b"\0\1",
        "__MACOSX/content/lessons/p/._L01.md": b"\0",
        "content/lessons/p/Thumbs.db": b"\0",
    }
    assert read_upload("content.zip", zipped(files), PUBLISHED) == {"lessons/p/L01.md": "本文".encode()}


def test_a_folder_named_in_shift_jis_is_read() -> None:
    plain = zipped({"aaaa/facts.yaml": "facts: []"})
    assert read_upload("x.zip", with_raw_name(b"aaaa/", "教表".encode("cp932") + b"/", plain), PUBLISHED) == {
        "facts.yaml": b"facts: []"
    }


def test_a_single_file_replaces_the_one_of_its_name() -> None:
    assert read_upload("L01.md", b"new", PUBLISHED) == {"lessons/p/L01.md": b"new"}
    assert read_upload("C:\\Users\\office\\facts.yaml", b"facts: []", PUBLISHED) == {"facts.yaml": b"facts: []"}


def test_what_was_packed_is_unpacked_and_the_same_files_pack_to_the_same_bytes() -> None:
    assert unpack(pack(PUBLISHED)) == PUBLISHED
    assert pack(PUBLISHED) == pack(dict(reversed(PUBLISHED.items())))


LARGE = b"".join(b"%d\n" % number for number in range(170_000))
"""A little over a megabyte, and packed no tighter than words are."""
BOMB = zipped({"facts.yaml": b"a" * 3_000_000})

HOSTILE: list[tuple[str, str, Callable[[], bytes], Fault, str]] = [
    ("an empty file", "x.zip", lambda: b"", Fault.EMPTY, "x.zip"),
    ("too large", "x.zip", lambda: b"PK" + b"\0" * limits.MAX_UPLOAD_BYTES, Fault.TOO_LARGE, "x.zip"),
    ("one file too large", "x.zip", lambda: zipped({"facts.yaml": LARGE}), Fault.FILE_TOO_LARGE, "facts.yaml"),
    ("a single file too large", "L01.md", lambda: LARGE, Fault.FILE_TOO_LARGE, "L01.md"),
    ("no archive", "x.zip", lambda: b"facts: []", Fault.NOT_AN_ARCHIVE, "x.zip"),
    ("cut off", "x.zip", lambda: zipped(PUBLISHED)[:-30], Fault.NOT_AN_ARCHIVE, "x.zip"),
    ("nothing inside", "x.zip", lambda: zipped({}), Fault.NOTHING_INSIDE, "x.zip"),
    ("only folders", "x.zip", lambda: zipped({"lessons/": b""}), Fault.NOTHING_INSIDE, "x.zip"),
    ("encrypted", "x.zip", lambda: marked_encrypted(zipped({"facts.yaml": b"a"})), Fault.ENCRYPTED, "facts.yaml"),
    ("up and out", "x.zip", lambda: zipped({"../facts.yaml": b"a"}), Fault.UNSAFE_NAME, "../facts.yaml"),
    (
        "up from within",
        "x.zip",
        lambda: zipped({"lessons/../../facts.yaml": b"a"}),
        Fault.UNSAFE_NAME,
        "lessons/../../facts.yaml",
    ),
    ("absolute", "x.zip", lambda: zipped({"/facts.yaml": b"a"}), Fault.UNSAFE_NAME, "/facts.yaml"),
    (
        "backslash",
        "x.zip",
        lambda: with_raw_name(b"lessons/p/a.md", b"lessons\\p\\a.md", zipped({"lessons/p/a.md": b"a"})),
        Fault.UNSAFE_NAME,
        "lessons\\p\\a.md",
    ),
    ("drive", "x.zip", lambda: zipped({"C:/facts.yaml": b"a"}), Fault.UNSAFE_NAME, "C:/facts.yaml"),
    (
        "NUL in the name",
        "x.zip",
        lambda: with_raw_name(b"lessons/p/a.mdx", b"lessons/p/a.md\0", zipped({"lessons/p/a.mdx": b"a"})),
        Fault.UNSAFE_NAME,
        "lessons/p/a.md\0",
    ),
    (
        "a file below a file",
        "x.zip",
        lambda: zipped({"lessons/p/L01.md": b"a", "lessons/p/L01.md/b.md": b"b"}),
        Fault.UNSAFE_NAME,
        "lessons/p/L01.md/b.md",
    ),
    ("a link", "x.zip", lambda: with_kind("lessons/p/L01.md", LINK), Fault.LINK, "lessons/p/L01.md"),
    ("a device", "x.zip", lambda: with_kind("lessons/p/L01.md", DEVICE), Fault.LINK, "lessons/p/L01.md"),
    ("twice", "x.zip", lambda: zipped_twice("facts.yaml", b"a", b"b"), Fault.DOUBLE, "facts.yaml"),
    (
        "letter case",
        "x.zip",
        lambda: zipped({"lessons/p/L01.md": b"a", "lessons/p/l01.md": b"b"}),
        Fault.TWIN,
        "lessons/p/L01.md",
    ),
    (
        "Unicode forms",
        "x.zip",
        lambda: zipped({"lessons/が.md": b"a", unicodedata.normalize("NFD", "lessons/が.md"): b"b"}),
        Fault.TWIN,
        "lessons/が.md",
    ),
    ("prices", "x.zip", lambda: zipped({"course.yaml": b"a", "facts.yaml": b"b"}), Fault.NOT_CONTENT, "course.yaml"),
    ("mails", "x.zip", lambda: zipped({"mail/invitation.txt": b"a"}), Fault.NOT_CONTENT, "mail/invitation.txt"),
    ("a program", "x.zip", lambda: zipped({"lessons/p/run.py": b"a"}), Fault.SUFFIX, "lessons/p/run.py"),
    ("a page", "x.zip", lambda: zipped({"lessons/p/a.html": b"a"}), Fault.SUFFIX, "lessons/p/a.html"),
    ("cp932", "x.zip", lambda: zipped({"facts.yaml": "日本".encode("cp932")}), Fault.NOT_UTF8, "facts.yaml"),
    ("a bomb", "x.zip", lambda: BOMB, Fault.RATIO, "facts.yaml"),
    ("a bomb that lies", "x.zip", lambda: saying_another_size(BOMB, 1000), Fault.DAMAGED, "facts.yaml"),
    (
        "too many files",
        "x.zip",
        lambda: zipped({f"lessons/{number}.md": b"" for number in range(limits.MAX_FILES + 1)}),
        Fault.TOO_MANY_FILES,
        "x.zip",
    ),
    ("damaged bytes", "x.zip", lambda: _damaged(), Fault.DAMAGED, "facts.yaml"),
    ("another method", "x.zip", lambda: zipped({"facts.yaml": b"a"}, method=zipfile.ZIP_LZMA), Fault.DAMAGED, "facts.yaml"),
    ("a strange single file", "notes.txt", lambda: b"a", Fault.SUFFIX, "notes.txt"),
    ("an unknown single file", "L99.md", lambda: b"a", Fault.NO_PLACE, "L99.md"),
    ("a single file of two places", "exam.yaml", lambda: b"a", Fault.MANY_PLACES, "exam.yaml"),
    ("a single file in cp932", "L01.md", lambda: "日本".encode("cp932"), Fault.NOT_UTF8, "L01.md"),
]


def _damaged() -> bytes:
    data = bytearray(zipped({"facts.yaml": bytes(range(32, 127)) * 9}))
    data[45] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(("name", "make", "fault", "file"), [each[1:] for each in HOSTILE], ids=[each[0] for each in HOSTILE])
def test_a_hostile_or_broken_upload_is_refused_by_name(name: str, make: Callable[[], bytes], fault: Fault, file: str) -> None:
    found = faults_of(name, make())
    assert [each for each in found if (each.fault, each.file) == (fault, file)], found


def test_what_unpacks_to_too_much_in_all_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1000)
    files = {f"lessons/{number}.md": b"a" * 400 for number in range(3)}
    assert [each.fault for each in faults_of("x.zip", zipped(files))] == [Fault.UNPACKS_TOO_LARGE]


def test_every_faulty_file_is_told_at_once() -> None:
    files = {"course.yaml": b"", "lessons/a.exe": b"", "../x.md": b"", "facts.yaml": b"facts: []"}
    assert {each.file for each in faults_of("x.zip", zipped(files))} == {"course.yaml", "lessons/a.exe", "../x.md"}


NAMES = st.one_of(
    st.text(max_size=30),
    st.builds("/".join, st.lists(st.sampled_from(["lessons", "exams", "..", "", ".", "a.md", "b.yaml", "facts.yaml", "C:"]))),
)


@settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
@given(st.dictionaries(NAMES.filter(lambda name: name and "\0" not in name), st.binary(max_size=40), min_size=1, max_size=6))
def test_whatever_is_in_an_archive_only_safe_texts_come_out(files: dict[str, bytes]) -> None:
    try:
        data = zipped(files)
    except (ValueError, UnicodeEncodeError, zipfile.LargeZipFile):
        return
    _expect_safe("x.zip", data)


@settings(deadline=None)
@given(st.binary(max_size=300), st.data())
def test_no_bytes_whatever_do_more_than_be_refused(noise: bytes, data: st.DataObject) -> None:
    whole = bytearray(zipped({"facts.yaml": b"facts: []", "lessons/p/a.md": "本文".encode()}))
    for _ in range(data.draw(st.integers(0, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _expect_safe("x.zip", bytes(whole))
    _expect_safe("x.zip", b"PK" + noise)
    _expect_safe("L01.md", noise)


def _expect_safe(name: str, data: bytes) -> None:
    try:
        files = read_upload(name, data, PUBLISHED)
    except UploadRefused:
        return
    for path, text in files.items():
        assert is_content(path)
        assert has_safe_shape(path)
        assert has_known_suffix(path)
        text.decode("utf-8")
    assert unpack(pack(files)) == files
    assert zipfile.ZipFile(io.BytesIO(pack(files))).testzip() is None
