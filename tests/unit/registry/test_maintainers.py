"""Which roots may be trusted at all: registry 4.2, 2k of 2n keys over exactly the table of maintainers."""

import copy

import pytest

from node.crypto.rolekeys import RoleKey
from registry.errors import BadRegistryFile, BadRegistryKey, NotEnoughSignatures
from registry.names import MAINTAINERS_FIELD
from registry.roots import check_new_root, maintainers_of, table_of
from registry.tufkeys import key_pair, signers
from registry.tuftypes import Metadata
from tests.registry_world import RegistryWorld
from tests.vectors_support import seed


@pytest.fixture
def root(world: RegistryWorld):
    """The root of two of three, free to be changed."""
    return copy.deepcopy(world.repository.root())


def asks_for(root, needed: int, *more: str):
    """The same root with these further maintainers, of whom `needed` must sign."""
    ids = dict(maintainers_of(root).key_ids)
    for name in more:
        pair = key_pair(RoleKey(seed(f"{name} in a test", 64)).public)
        ids[name] = (pair[0].keyid, pair[1].keyid)
        for key in pair:
            for role in ("root", "targets"):
                root.add_key(key, role)
    root.unrecognized_fields[MAINTAINERS_FIELD] = table_of(needed, ids)
    for role in ("root", "targets"):
        root.roles[role].threshold = 2 * needed
    return root


@pytest.mark.parametrize(("needed", "more"), [(2, ()), (3, ()), (3, ("dan",)), (3, ("dan", "eve"))])
def test_more_than_half_of_the_maintainers_make_a_registry(root, needed, more) -> None:
    """Registry 4.2: k <= n <= 2k-1, so that the keys of one algorithm alone stay below the threshold."""
    found = maintainers_of(asks_for(root, needed, *more))

    assert (found.needed, len(found.key_ids)) == (needed, 3 + len(more))


@pytest.mark.parametrize(("needed", "more"), [(0, ()), (1, ()), (4, ()), (2, ("dan",)), (3, ("dan", "eve", "fay"))])
def test_half_of_the_maintainers_or_fewer_make_none(root, needed, more) -> None:
    """Registry 4.2: of 2k maintainers one broken algorithm would give all 2k signatures."""
    changed = asks_for(root, needed, *more)

    with pytest.raises(BadRegistryFile, match=f"root wants {needed} of {3 + len(more)} maintainers"):
        maintainers_of(changed)


@pytest.mark.parametrize("name", ["root", "targets"])
@pytest.mark.parametrize("how", ["one key fewer", "the online key more", "one signature fewer", "one signature more"])
def test_root_and_targets_are_signed_by_the_table_and_nobody_else(root, name, how) -> None:
    """Registry 4.2: a key beside the table would sign in nobody's name."""
    role = root.roles[name]
    if how == "one key fewer":
        role.keyids.pop()
    elif how == "the online key more":
        role.keyids.append(root.roles["timestamp"].keyids[0])
    else:
        role.threshold += 1 if how == "one signature more" else -1

    with pytest.raises(BadRegistryFile, match=f"role {name} is not 2k of 2n over the keys of the maintainers' table"):
        maintainers_of(root)


def test_two_maintainers_never_share_half_a_key(root) -> None:
    """Registry 4.2: one signature would count for both."""
    ids = dict(maintainers_of(root).key_ids)
    lost = ids["cyd"][0]
    ids["cyd"] = (ids["bo"][0], ids["cyd"][1])
    root.unrecognized_fields[MAINTAINERS_FIELD] = table_of(2, ids)
    for role in ("root", "targets"):
        root.roles[role].keyids.remove(lost)

    with pytest.raises(BadRegistryFile, match="is not 2k of 2n over the keys of the maintainers' table"):
        maintainers_of(root)


@pytest.mark.parametrize("name", ["snapshot", "timestamp"])
@pytest.mark.parametrize("how", ["a maintainer's", "two keys", "two signatures"])
def test_what_is_signed_daily_has_one_key_of_its_own(root, name, how) -> None:
    """Registry 4.2: the online key is on a machine that serves, so it is nobody's who admits countries."""
    role, theirs = root.roles[name], maintainers_of(root).key_ids["ada"][0]
    if how == "a maintainer's":
        role.keyids[:] = [theirs]
    elif how == "two keys":
        role.keyids.append(theirs)
    else:
        role.threshold = 2

    with pytest.raises(BadRegistryKey, match=f"role {name} does not have one online key of its own"):
        maintainers_of(root)


def next_root(world: RegistryWorld, whole: tuple[str, ...], half: tuple[str, ...]) -> bytes:
    """Version 2, in which dan stands in cyd's place, with both signatures of some and the Ed25519 ones of others."""
    keys = world.maintainers | {"dan": RoleKey(seed("dan in a test", 64))}
    root = asks_for(copy.deepcopy(world.repository.root()), 2, "dan")
    ids = dict(root.unrecognized_fields[MAINTAINERS_FIELD]["keys"])
    for key_id in ids.pop("cyd"):
        for role in ("root", "targets"):
            root.revoke_key(key_id, role)
    root.unrecognized_fields[MAINTAINERS_FIELD] = table_of(2, ids)
    root.version = 2
    made = Metadata(root)
    for name in whole + half:
        for signer in signers(keys[name])[: 2 if name in whole else 1]:
            made.sign(signer, append=True)
    return made.to_bytes()


@pytest.mark.parametrize(
    ("whole", "half", "taken"),
    [
        (("ada", "bo"), (), True),
        (("ada", "cyd", "dan"), (), True),
        (("ada", "dan"), ("bo", "cyd"), False),  # four keys of the old root, and one whole maintainer of it
        (("ada", "cyd"), ("bo", "dan"), False),  # four keys of the new root, and one whole maintainer of it
    ],
)
def test_a_new_root_has_whole_maintainers_of_the_old_table_and_of_the_new(
    world: RegistryWorld, whole: tuple[str, ...], half: tuple[str, ...], taken: bool
) -> None:
    """Registry 4.2, attack 36: whoever broke one algorithm and bribed one maintainer changes no root."""
    new, refused = next_root(world, whole, half), ""

    try:
        check_new_root(world.root_bytes, new)
    except NotEnoughSignatures as error:
        refused = str(error)

    assert ("signed with both keys by 1 maintainer; 2 are needed" in refused) != taken


def test_a_root_that_keeps_no_old_versions_is_refused(root) -> None:
    """Registry 4.6: with consistent snapshots no file is ever written over another."""
    root.consistent_snapshot = False

    with pytest.raises(BadRegistryFile, match="consistent snapshots"):
        maintainers_of(root)
