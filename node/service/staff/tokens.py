"""Tokens for case systems: made by a coordinator, shown once; they read names only if that coordinator says so.

Source: at-rest, two vaults (a machine gets its own wrap only if a coordinator grants it); R40.
"""

from node.crypto.staff import wrap_user_seed
from node.crypto.text import to_base64url
from node.errors import NotAllowed, NotFound
from node.service.context import DAY_S
from node.service.keep.notes import TokenEnded, note
from node.service.staff.book import NewToken, TokenMade, TokenView
from node.service.staff.callers import MACHINE_PREFIX, Caller, must_still_be, secret_of, token_binding
from node.service.staff.sign_in import TOKEN_BYTES, Staff, token_hash
from node.store.sessions import TokenRow
from node.store.work import Work


async def make_token(staff: Staff, by: Caller, new: NewToken) -> TokenMade:
    """A new token. It reads no name unless `reads_names`, for which the maker's sign-in must hold the office key."""
    by.actor.must_be("coordinator")
    node, now = staff.node, staff.node.now()
    held = staff.offices.get(by.token_hash, now)
    if new.reads_names and held is None:
        raise NotAllowed("office vault is shut for this sign-in; sign in with your password first", rule="R24")
    token_id, token = node.random(16).hex(), MACHINE_PREFIX + to_base64url(node.random(TOKEN_BYTES))
    sealed = None
    if new.reads_names and held is not None:
        sealed = wrap_user_seed(
            held.seed.value, secret_of(token), staff.pepper, token_binding(staff, token_id), node.random
        )
    ends_at = now + new.days * DAY_S
    row = TokenRow(token_id, token_hash(token), by.actor.user_id, (new.label,), sealed, now, ends_at)

    def make(work: Work) -> TokenMade:
        must_still_be(staff, work, by)
        work.sessions.add_token(row)
        work.audit.append(now, by.actor.user_id, "token_made", token_id, outcome="reads_names" if sealed else "done")
        return TokenMade(id=token_id, token=token, ends_at=ends_at)

    return await node.store.write(make)


async def list_tokens(staff: Staff, by: Caller) -> list[TokenView]:
    """Every token ever made, newest first."""
    by.actor.must_be("coordinator", "operator")
    return await staff.node.store.read(lambda reader: [_view(row) for row in reader.sessions.tokens()])


async def revoke_token(staff: Staff, by: Caller, token_id: str) -> None:
    """Shut a case system out and destroy its wrap; NotFound when there is nothing to shut out."""
    by.actor.must_be("coordinator", "operator")
    now = staff.node.now()

    def revoke(work: Work) -> None:
        if not work.sessions.revoke_token(token_id, now):
            raise NotFound("no such token, or it is revoked already", field="token")
        note(staff.node, work, TokenEnded(at=now, token=token_id))
        work.audit.append(now, by.actor.user_id, "token_revoked", token_id)

    await staff.node.store.write(revoke)


def _view(row: TokenRow) -> TokenView:
    return TokenView(
        id=row.token_id,
        label=" ".join(row.scopes),
        made_by=row.user_id,
        created_at=row.created_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
        reads_names=row.sealed is not None,
    )
