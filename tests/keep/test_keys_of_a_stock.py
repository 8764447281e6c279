"""Keys are made in stocks: what an ended run left over goes, what a case is about to hold never does (at-rest 5.1)."""

from node.service.keep.case_keys import KEY_ID_BYTES
from node.service.keep.forget import destroy_unused
from node.store.work import Work
from tests.keep.test_last_byte import told
from tests.keep.test_retention_sweep import years_pass
from tests.world import World


async def test_a_case_that_is_being_written_keeps_its_key(world: World) -> None:
    """The stock is old, and no reader of the store sees the case yet: the sweep of that moment leaves its key."""
    xa, case_id = world["XA"], "c" * 32
    await xa.new_case()
    years_pass(world)

    def written(work: Work) -> bytes:
        wrapped = xa.node.seals.new_case_key(case_id)[1]
        destroy_unused(xa.node)
        return wrapped

    wrapped = xa.node.store.write_sync(written)

    assert xa.node.seals.case_keys.exists(wrapped[:KEY_ID_BYTES])


async def test_what_an_ended_run_left_over_is_destroyed(world: World) -> None:
    """Once no backup can need it; what its cases hold stays."""
    await told(world)
    left = {key_id for key_id, _ in world["XA"].node.seals.case_keys._stock}
    xa = await world.restart("XA")
    early = destroy_unused(xa.node)
    years_pass(world)

    late = destroy_unused(xa.node)
    again = destroy_unused(xa.node)

    assert (early, late, again) == (0, len(left), 0)
    assert not any(map(xa.node.seals.case_keys.exists, left))
    assert all(map(xa.node.seals.case_keys.exists, xa.node.store.read_sync(lambda reader: reader.spent.in_use())))
    assert xa.node.store.read_sync(lambda reader: reader.spent.in_use())
