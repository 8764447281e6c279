"""What the gate is told of a recipient: always as the registry and our own people say it at that moment."""

from node.service.context import Distrusted
from node.service.delivery.recipients import recipient_facts
from tests.unit.service.test_held_and_late import with_sender
from tests.world import DAY_S, World


async def test_r39_sender_what_was_said_of_a_country_before_is_never_told_again_once_anything_changed(world: World):
    """R39, H14: the answer is kept only while view, distrust, override and time are all the same."""
    node, now = world["XD"].node, world.clock.now()
    known = recipient_facts(node, "XA", now)
    assert known.status == "active"
    assert recipient_facts(node, "XA", now) is known

    honest = node.view
    node.view = with_sender(world, "XD", "XA", suspended_until=now + DAY_S)
    assert recipient_facts(node, "XA", now).status == "suspended"
    assert recipient_facts(node, "XA", now + DAY_S).status == "active"
    node.view = honest

    node.distrusted = Distrusted(countries={"XA": ("mira", "jon")})
    assert recipient_facts(node, "XA", now).distrusted_by == ("mira", "jon")
    node.stale_override["XA"] = ("mira", "jon")
    assert recipient_facts(node, "XA", now).stale_override_by == ("mira", "jon")
    assert recipient_facts(node, "XB", now).status == "unknown"
