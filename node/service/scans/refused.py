"""Why a file is not kept, in words for whoever attached it; each says what to do instead."""

from typing import Final

from node.errors import BadInput

MAX_FILE_BYTES: Final = 5 * 1024 * 1024
MAX_POINTS: Final = 40_000_000  # a page at 600 points an inch has 35 million
FIELD: Final = "file"


def empty() -> BadInput:
    """Nothing was chosen, or nothing is in it."""
    return BadInput("file is empty", field=FIELD, for_user="The file is empty. Choose the scan of the paper again.")


def too_large() -> BadInput:
    """More bytes than are read."""
    return BadInput(
        f"file is larger than {MAX_FILE_BYTES} bytes", field=FIELD,
        for_user="The file is larger than 5 MB. Scan the page in grey, or with fewer points for each inch.",
    )  # fmt: skip


def too_many_points() -> BadInput:
    """A picture that would fill the memory of whoever opens it."""
    return BadInput(
        f"picture has more than {MAX_POINTS} points", field=FIELD,
        for_user="The picture has too many points. Scan the page with 300 points for each inch, or fewer.",
    )  # fmt: skip


def other_kind() -> BadInput:
    """The bytes begin like nothing that is kept, whatever the file is called."""
    return BadInput(
        "file is no JPEG, PNG or PDF by its content", field=FIELD,
        for_user="This is no JPEG, PNG or PDF, whatever it is called. Scan the page as one of these.",
    )  # fmt: skip


def broken() -> BadInput:
    """The structure does not hold."""
    return BadInput(
        "file is damaged", field=FIELD, for_user="The file is damaged. Scan the page again; nothing of it was kept."
    )


def not_photographed() -> BadInput:
    """A PDF of which something would be lost if only its pictures were kept."""
    return BadInput(
        "PDF is not one JPEG picture for each page", field=FIELD,
        for_user="This PDF holds more than one photograph for each page, so it cannot be made safe. Save its pages"
        " as JPEG, and attach each.",
    )  # fmt: skip


def enough() -> BadInput:
    """As many as one consent may have."""
    return BadInput(
        "consent has as many scans as it may have", field=FIELD,
        for_user="Ten scans are attached already. Remove one that is not needed.",
    )  # fmt: skip
