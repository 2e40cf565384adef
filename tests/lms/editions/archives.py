"""ZIP files as people make them, and as nobody should."""

import io
import stat
import struct
import zipfile
from collections.abc import Iterable, Mapping


def zipped(files: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def zipped_twice(name: str, first: bytes, second: bytes) -> bytes:
    """An archive with two entries of one name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, first)
        archive.NameToInfo.clear()  # which is what the library would warn by
        archive.writestr(name, second)
    return out.getvalue()


def with_kind(name: str, kind: int, target: bytes = b"/etc/passwd") -> bytes:
    """An archive whose one entry is a link or another thing that is no file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, target)
    return out.getvalue()


LINK = stat.S_IFLNK
DEVICE = stat.S_IFCHR


def marked_encrypted(data: bytes) -> bytes:
    """The archive with every entry said to be encrypted."""
    return _patched(data, {b"PK\x03\x04": 6, b"PK\x01\x02": 8}, lambda flags: flags | 0x1)


def saying_another_size(data: bytes, size: int) -> bytes:
    """The archive whose directory says that each entry unpacks to `size` bytes."""
    found = bytearray(data)
    place = found.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", found, place + 24, size)
        place = found.find(b"PK\x01\x02", place + 4)
    return bytes(found)


def with_raw_name(old: bytes, new: bytes, data: bytes) -> bytes:
    """The archive with the bytes of a name put in place of others of the same length."""
    assert len(old) == len(new)
    return data.replace(old, new)


def _patched(data: bytes, places: Mapping[bytes, int], change: "object") -> bytes:
    found = bytearray(data)
    for magic, offset in places.items():
        for place in _all(found, magic):
            (flags,) = struct.unpack_from("<H", found, place + offset)
            struct.pack_into("<H", found, place + offset, change(flags))  # type: ignore[operator]
    return bytes(found)


def _all(data: bytearray, magic: bytes) -> Iterable[int]:
    place = data.find(magic)
    while place >= 0:
        yield place
        place = data.find(magic, place + 1)
