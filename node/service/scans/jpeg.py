"""A JPEG taken apart and written anew: pictures and what a reader needs for them, nothing that tells where or by whom.

Camera, place, time, author, comments, previews and whatever follows the end go; of EXIF only which side is up stays.
Source: ITU-T T.81 annex B; EXIF 2.3 (tag 0x0112).
"""

from typing import Final, Literal

from node.service.scans.refused import MAX_POINTS, broken, too_many_points

START: Final = b"\xff\xd8"
END: Final = 0xD9
SCAN: Final = 0xDA
FRAMES: Final = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive: what browsers show
TABLES: Final = (0xDB, 0xC4, 0xDD)
EXIF: Final = 0xE1
ADOBE: Final = 0xEE
COMMENT: Final = 0xFE
APPLICATION: Final = range(0xE0, 0xF0)
RESTARTS: Final = range(0xD0, 0xD8)


def clean_jpeg(data: bytes) -> bytes:
    """The same picture without what is said about it; BadInput where its structure does not hold."""
    kept, _, _ = read_jpeg(data)
    return kept


def read_jpeg(data: bytes) -> tuple[bytes, tuple[int, int], int]:
    """(the picture without what is said about it, (width, height), how many colours a point has)."""
    out, at, side, frame, scans = [START], 2, 1, b"", 0
    while True:
        marker, at = _marker(data, at)
        if marker == END:
            break
        segment = _segment(data, at)
        at += len(segment)
        if marker == EXIF:
            side = _side_up(segment) or side
        if marker in APPLICATION and not (marker == ADOBE and segment[2:7] == b"Adobe" and len(segment) == 14):
            continue
        if marker == COMMENT:
            continue
        if not _holds(marker, segment) or (marker in FRAMES and frame) or (marker == SCAN and not frame):
            raise broken()
        out.append(bytes([0xFF, marker]) + segment)
        if marker in FRAMES:
            frame = segment
        if marker == SCAN:
            scans += 1
            end = _end_of_scan(data, at)
            out.append(data[at:end])
            at = end
    if not scans:
        raise broken()
    height, width = int.from_bytes(frame[3:5]), int.from_bytes(frame[5:7])
    if not height or not width:
        raise broken()
    if height * width > MAX_POINTS:
        raise too_many_points()
    return b"".join([out[0], _only_side(side), *out[1:], b"\xff\xd9"]), (width, height), frame[7]


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at`, fill bytes before it skipped, and where it ends."""
    if data[at : at + 1] != b"\xff":
        raise broken()
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise broken()
    return data[at], at + 1


def _segment(data: bytes, at: int) -> bytes:
    size = int.from_bytes(data[at : at + 2])
    if size < 2 or at + size > len(data):
        raise broken()
    return data[at : at + size]


def _holds(marker: int, segment: bytes) -> bool:
    """Whether a segment has exactly the size that its own counts ask for, so that nothing else fits in it."""
    body = segment[2:]
    if marker in FRAMES:
        return len(body) >= 6 and body[0] == 8 and body[5] in (1, 3, 4) and len(body) == 6 + 3 * body[5]
    if marker == SCAN:
        return len(body) >= 1 and body[0] in (1, 2, 3, 4) and len(body) == 4 + 2 * body[0]
    if marker == ADOBE:
        return True
    return marker in TABLES and _tables_fit(marker, body)


def _tables_fit(marker: int, body: bytes) -> bool:
    if marker == 0xDD:
        return len(body) == 2
    at = 0
    while at < len(body):
        head = body[at]
        if marker == 0xDB:
            at += 129 if head >> 4 else 65
        else:
            at += 17 + sum(body[at + 1 : at + 17])
    return bool(body) and at == len(body)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker begins: 0xff that is neither stuffed nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise broken()
        if data[at + 1] != 0 and data[at + 1] not in RESTARTS:
            return at
        at += 2


def _side_up(segment: bytes) -> int | None:
    """Which side of the picture is up, 1 to 8, from the first directory of EXIF; None where it is not said."""
    tiff = segment[8:]
    if segment[2:8] != b"Exif\0\0" or tiff[:2] not in (b"II", b"MM"):
        return None
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    start = int.from_bytes(tiff[4:8], order)
    for entry in range(int.from_bytes(tiff[start : start + 2], order)):
        at = start + 2 + 12 * entry
        if at + 12 > len(tiff):
            return None
        if int.from_bytes(tiff[at : at + 2], order) == 0x0112:
            side = int.from_bytes(tiff[at + 8 : at + 10], order)
            return side if 1 <= side <= 8 else None
    return None


def _only_side(side: int) -> bytes:
    """An EXIF segment of one entry; nothing where the picture stands upright."""
    if side == 1:
        return b""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + side.to_bytes(2) + b"\0\0"
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body
