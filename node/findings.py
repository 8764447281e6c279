"""What a check of the doctor is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from node.clock import Clock
from node.config import Loaded

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `fix` says what to do and is empty when all is well."""

    check: str
    level: Level
    says: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What the checks look at."""

    loaded: Loaded
    clock: Clock

    @property
    def country(self) -> str:
        return self.loaded.config.node.country

    @property
    def data_dir(self) -> Path:
        return self.loaded.config.node.data_dir


Check = Callable[[Patient], Finding]
