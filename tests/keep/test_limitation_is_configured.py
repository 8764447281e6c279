"""The limitation period of a country is a key of its configuration. Source: wire 11."""

from pathlib import Path

from node.app import open_configured
from node.config import load
from node.service.context import YEAR_S, Limits
from tests.cli_world import make_node


def test_the_node_keeps_evidence_as_long_as_its_configuration_says(tmp_path: Path) -> None:
    """Wire 11: the country's period; ten years where nobody says otherwise."""
    make_node(tmp_path)
    for env, years in (({}, 10), ({"TRM_LIMITS__LIMITATION_YEARS": "3"}, 3)):
        opened, _, _ = open_configured(load(tmp_path / "node.toml", env=env))
        opened.close()

        assert opened.node.limits.limitation_s == years * YEAR_S
    assert Limits().limitation_s == 10 * YEAR_S
