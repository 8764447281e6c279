"""A small registry in a folder of its own."""

from pathlib import Path

import pytest

from tests.registry_world import RegistryWorld, make_registry

NOW = 1_800_000_000


@pytest.fixture
def world(tmp_path: Path) -> RegistryWorld:
    return make_registry(["XA", "XB"], NOW, tmp_path / "registry")
