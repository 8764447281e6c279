"""What becomes of a file that somebody attaches: its picture and nothing else of it, or a refusal that says why."""

import io
import tracemalloc
import zlib

import pytest
from PIL import Image

from node.errors import BadInput
from node.service.scans.clean import cleaned
from node.service.scans.refused import MAX_FILE_BYTES
from tests.pictures import MARK, bomb, huge, jpeg, page, pdf, pdf_of, photograph, png, stream


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as why:
        cleaned(data)
    assert why.value.field == "file"
    return why.value.for_user or ""


def test_a_photograph_keeps_its_points_and_loses_camera_comment_and_trailer():
    kind, kept = cleaned(jpeg())

    assert kind == "jpeg" and MARK not in kept and b"<script>" not in kept
    assert shown(kept).convert("RGB").tobytes() == shown(jpeg()).convert("RGB").tobytes()
    assert not shown(kept).getexif()


def test_of_what_a_camera_says_only_which_side_is_up_stays():
    assert dict(shown(cleaned(jpeg(6))[1]).getexif()) == {0x0112: 6}


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA"])
def test_a_png_keeps_its_points_and_loses_texts_and_trailer(mode: str):
    kind, kept = cleaned(png(mode))

    assert kind == "png" and MARK not in kept and b"PK" not in kept[-8:]
    assert shown(kept).convert("RGB").tobytes() == page().convert(mode).convert("RGB").tobytes()


def test_of_a_scanned_pdf_only_the_photograph_of_each_page_stays():
    assert MARK in pdf() and b"/JavaScript" in pdf()

    kind, kept = cleaned(pdf())

    assert kind == "pdf" and MARK not in kept
    assert not any(word in kept for word in (b"/JS", b"/JavaScript", b"/OpenAction", b"/Info", b"/Author"))
    assert kept.count(b"/Type /Page ") == 2 and kept.count(b"/DCTDecode") == 2
    assert cleaned(kept) == ("pdf", kept)  # what we wrote is what we would keep


def test_a_pdf_that_would_lose_something_is_refused():
    """Text, a second picture on a page, or one that is no photograph: nothing of a paper is dropped in silence."""
    text = b"%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\n"
    two_on_one = pdf().replace(b"/Type /Page\n", b"/Type /Pagx\n", 1)
    packed = pdf().replace(b"/DCTDecode", b"/FlateDecode", 1)
    locked = pdf() + b"trailer << /Encrypt 5 0 R >>"

    for one in (text, two_on_one, packed, locked):
        assert "cannot be made safe" in refused(one)


PAGES = b"<< /Type /Pages /Kids [%b] /Rotate 90 >>"
LEAF = b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /I %d 0 R >> >> >>"


def test_the_pages_of_a_pdf_keep_their_order_and_how_they_are_turned_wherever_their_objects_lie():
    """What is read first stands first, whichever was written first; what the tree says holds for its pages."""
    _, kept = cleaned(pdf_of(PAGES % b"4 0 R 3 0 R", LEAF % 5, LEAF % 6, photograph(), photograph(turned=True)))

    assert [one.split()[0] for one in kept.split(b"/Width ")[1:]] == [b"900", b"640"]
    assert kept.count(b"/Rotate 90 ") == 2


def test_a_page_that_was_taken_out_of_a_pdf_does_not_come_along():
    """A PDF is changed by what is written behind it; what the older version held is still in the file."""
    whole = pdf_of(PAGES % b"3 0 R 4 0 R", LEAF % 5, LEAF % 6, photograph(), photograph(turned=True))

    _, kept = cleaned(whole + b"2 0 obj\n" + PAGES % b"3 0 R" + b"\nendobj\n")

    assert kept.count(b"/DCTDecode") == 1 and b"/Width 640" in kept


def test_pages_that_lie_in_packed_objects_are_found():
    leaf, tree = LEAF % 5, PAGES % b"3 0 R"
    head = b"2 0 3 %d " % len(tree)
    packed = stream(b"/Type /ObjStm /N 2 /First %d" % len(head), zlib.compress(head + tree + leaf))

    _, kept = cleaned(b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
                      b"4 0 obj\n" + packed + b"\nendobj\n5 0 obj\n" + photograph() + b"\nendobj\n")  # fmt: skip

    assert kept.count(b"/DCTDecode") == 1


def test_a_tree_of_pages_that_comes_back_to_itself_and_a_drawing_on_a_page_are_refused():
    """Her signature may be a drawing that lies over the photograph: it is not dropped in silence."""
    ink = LEAF.replace(b"/Resources", b"/Annots [6 0 R] /Resources") % 5
    for one in (
        pdf_of(PAGES % b"2 0 R"),
        pdf_of(PAGES % b"3 0 R", PAGES % b"2 0 R"),
        pdf_of(PAGES % b"3 0 R 3 0 R", LEAF % 4, photograph()),
        pdf_of(PAGES % b"3 0 R 4 0 R", LEAF % 5, b"<< /Type /Pagx >>", photograph()),
        pdf_of(PAGES % b"3 0 R", ink, b"<< >>", photograph(), b"<< /Type /Annot /Subtype /Ink >>"),
    ):
        assert "cannot be made safe" in refused(one)


def test_a_small_pdf_that_would_fill_the_memory_or_never_end_is_refused_before_it_does():
    """Two hundred KB once unpacked to half a GB; five MB of empty streams were copied for minutes."""
    many = zlib.compress(b"/Type/Page " * 190_000, 9)
    bombs = pdf_of(PAGES % b"3 0 R", *[stream(b"/Type /ObjStm", many)] * 200)
    empty = b"%PDF-1.4\n" + b"1 0 obj/Length 0 stream\nendstream " * 150_000
    headless = b"%PDF-1.4\n1 0 obj" + b"<" * MAX_FILE_BYTES

    tracemalloc.start()
    for one in (bombs, empty, headless[:MAX_FILE_BYTES]):
        refused(one)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 32 * 1024 * 1024


def test_a_file_is_what_its_bytes_are_whatever_it_is_called():
    """An SVG or a page with a script, a program, an archive: none begins like a scan."""
    for one in (
        b"<svg><script>1</script></svg>",
        b"<!doctype html><script>",
        b"MZ\x90",
        b"PK\x03\x04",
        b"GIF89a" + jpeg(),
    ):
        assert "This is no JPEG, PNG or PDF" in refused(one)


def test_a_file_of_two_kinds_is_only_the_picture_afterwards():
    """A JPEG that is a page too: the page stood in a comment, and comments go."""
    both = jpeg()[:2] + b"\xff\xfe\x00\x1a<html><script>alert(1)//" + jpeg()[2:]

    assert b"<html>" not in cleaned(both)[1]


def test_a_small_picture_that_unpacks_without_end_is_refused():
    assert len(bomb()) < 5000
    assert "damaged" in refused(bomb())
    assert "too many points" in refused(huge())


def test_nothing_and_too_much_are_refused_with_what_to_do():
    assert "empty" in refused(b"")
    assert "5 MB" in refused(jpeg() + bytes(MAX_FILE_BYTES))


@pytest.mark.parametrize("whole", [jpeg(), png(), pdf()], ids=["jpeg", "png", "pdf"])
def test_whatever_is_cut_or_changed_on_the_way_is_refused_or_still_a_clean_picture(whole: bytes):
    """No other error ever, whichever byte is wrong: what cannot be taken apart is refused."""
    for at in range(0, min(len(whole), 4000), 37):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            try:
                clean = cleaned(damaged)
            except BadInput:
                continue
            assert cleaned(clean[1]) == clean  # nothing is left to take out
