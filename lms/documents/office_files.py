"""Office packages (pptx, docx) that come out the same for the same contents."""

import io
import zipfile

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def settle(package: bytes) -> bytes:
    """The package with every part at one fixed time: nothing in it tells when it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as settled:
        for entry in source.infolist():
            part = zipfile.ZipInfo(entry.filename, _NO_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(part, source.read(entry))
    return target.getvalue()
