"""Who may see which pages, as the API has it."""

from typing import Final

WORK: Final = ("caseworker", "coordinator")
EVERYBODY: Final = ("caseworker", "coordinator", "auditor", "operator")
RUN: Final = ("operator", "coordinator")
OVERSEE: Final = ("operator", "coordinator", "auditor")
AUDIT: Final = ("auditor", "coordinator")
