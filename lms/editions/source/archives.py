"""An upload or a stored edition as files: a ZIP is read without ever touching the disk, and refused whole."""

import contextlib
import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.editions.rules.contents import Files
from lms.editions.rules.limits import (
    MAX_FAULTS,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MAX_UPLOAD_BYTES,
    RATIO_FREE_BYTES,
)
from lms.editions.rules.paths import (
    common_top,
    find_place,
    find_twins,
    has_known_suffix,
    has_safe_shape,
    is_content,
    is_ignored,
)
from lms.editions.rules.refusals import Fault, UploadFault, UploadRefused

_ZIP_MAGIC = b"PK"
_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 64 * 1024
_ENCRYPTED, _SAYS_UTF8 = 0x1, 0x800
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def pack(files: Files) -> bytes:
    """The files as a ZIP whose bytes depend on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path])
    return out.getvalue()


def unpack(archive: bytes) -> Files:
    """The files of a stored edition, which `pack` made."""
    with zipfile.ZipFile(io.BytesIO(archive)) as stored:
        return {name: stored.read(name) for name in stored.namelist()}


def read_upload(name: str, data: bytes, published: Files, *, is_whole: bool = False) -> Files:
    """The files of an upload by their paths in the content folder: a ZIP, or one file with a name that is known.

    `published` tells where a single file belongs; one that is to be the whole edition is refused. Raises UploadRefused with
    every fault found.
    """
    if not data:
        raise UploadRefused((UploadFault(Fault.EMPTY, name),))
    if len(data) > MAX_UPLOAD_BYTES:
        raise UploadRefused((UploadFault(Fault.TOO_LARGE, name),))
    if data.startswith(_ZIP_MAGIC) or name.lower().endswith(".zip"):
        return _read_archive(name, data)
    if is_whole:
        raise UploadRefused((UploadFault(Fault.NOT_WHOLE, name),))
    return _read_single(name, data, published)


def _read_single(name: str, data: bytes, published: Files) -> Files:
    plain = name.replace("\\", "/").rpartition("/")[2]
    if not has_safe_shape(plain):
        raise UploadRefused((UploadFault(Fault.UNSAFE_NAME, name),))
    if not has_known_suffix(plain):
        raise UploadRefused((UploadFault(Fault.SUFFIX, name),))
    if len(data) > MAX_FILE_BYTES:
        raise UploadRefused((UploadFault(Fault.FILE_TOO_LARGE, name),))
    places = find_place(plain, published)
    if len(places) != 1:
        fault = Fault.MANY_PLACES if places else Fault.NO_PLACE
        raise UploadRefused((UploadFault(fault, name, "、".join(places)),))
    if not _is_text(data):
        raise UploadRefused((UploadFault(Fault.NOT_UTF8, name),))
    return {places[0]: data}


def _read_archive(name: str, data: bytes) -> Files:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise UploadRefused((UploadFault(Fault.NOT_AN_ARCHIVE, name),)) from error


def _read_entries(name: str, archive: zipfile.ZipFile) -> Files:
    named = [(_name_of(each), each) for each in archive.infolist() if not each.is_dir()]
    entries = [(path, each) for path, each in named if not is_ignored(path)]
    _refuse_sizes(name, archive, [each for _, each in entries])
    top = common_top([path for path, _ in entries])
    faults = [*_entry_faults(entries, top), *_name_faults([path for path, _ in entries])]
    if faults:
        raise UploadRefused(tuple(faults[:MAX_FAULTS]))
    files = _read_all(archive, entries, top)
    if not_text := [UploadFault(Fault.NOT_UTF8, path) for path, data in files.items() if not _is_text(data)]:
        raise UploadRefused(tuple(not_text[:MAX_FAULTS]))
    return files


def _refuse_sizes(name: str, archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    """What the archive itself says about its size; what really comes out is measured again while it is read."""
    if len(archive.infolist()) > MAX_FILES:
        raise UploadRefused((UploadFault(Fault.TOO_MANY_FILES, name),))
    if not entries:
        raise UploadRefused((UploadFault(Fault.NOTHING_INSIDE, name),))
    if sum(each.file_size for each in entries) > MAX_UNPACKED_BYTES:
        raise UploadRefused((UploadFault(Fault.UNPACKS_TOO_LARGE, name),))


def _entry_faults(entries: Sequence[tuple[str, zipfile.ZipInfo]], top: str) -> Iterator[UploadFault]:
    for path, each in entries:
        if fault := _entry_fault(each, path, path.removeprefix(top)):
            yield UploadFault(fault, path)


def _entry_fault(entry: zipfile.ZipInfo, whole: str, path: str) -> Fault | None:
    rules = (
        (entry.flag_bits & _ENCRYPTED != 0, Fault.ENCRYPTED),
        (_is_special(entry), Fault.LINK),
        (not has_safe_shape(whole) or not has_safe_shape(path), Fault.UNSAFE_NAME),
        (entry.compress_type not in _METHODS, Fault.DAMAGED),
        (not is_content(path), Fault.NOT_CONTENT),
        (not has_known_suffix(path), Fault.SUFFIX),
        (_is_packed_too_tightly(entry), Fault.RATIO),
        (entry.file_size > MAX_FILE_BYTES, Fault.FILE_TOO_LARGE),
    )
    return next((fault for is_wrong, fault in rules if is_wrong), None)


def _name_faults(names: Sequence[str]) -> Iterator[UploadFault]:
    for name, times in Counter(names).items():
        if times > 1:
            yield UploadFault(Fault.DOUBLE, name)
    for first, second in find_twins(names):
        yield UploadFault(Fault.TWIN, first, second)


def _read_all(archive: zipfile.ZipFile, entries: Sequence[tuple[str, zipfile.ZipInfo]], top: str) -> Files:
    files: dict[str, bytes] = {}
    room = MAX_UNPACKED_BYTES
    for path, entry in entries:
        data = _read_one(archive, entry, room)
        room -= len(data)
        files[path.removeprefix(top)] = data
    return files


def _read_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """The bytes of an entry, given up as soon as more come out than it says or than there is room for."""
    found = bytearray()
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                found += chunk
                if len(found) > min(room, entry.file_size):
                    raise UploadRefused((UploadFault(Fault.UNPACKS_TOO_LARGE, entry.orig_filename),))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise UploadRefused((UploadFault(Fault.DAMAGED, entry.orig_filename),)) from error
    return bytes(found)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: archives made in Japan carry UTF-8 or cp932 without saying which.

    Of the raw name, for the library cuts a name off at a NUL.
    """
    if entry.flag_bits & _SAYS_UTF8:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return entry.orig_filename


def _is_special(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry is a link, a device or anything else than a plain file."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return kind not in (0, stat.S_IFREG)


def _is_packed_too_tightly(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
