"""Tables of the node itself: settings, audit, people, sessions, registry archive; and those of the key file.

Plain columns hold random ids, hashes, codes, countries and times. What says who a person is, staff included, is in
`sealed` columns.
"""

BEYOND = 2**62  # later than every time, above every number: where a page begins that begins at the end

NODE_SQL = """
create table meta (
    name text primary key, value any not null
) strict, without rowid;

create table audit (
    seq integer primary key, at integer not null, actor text not null, act text not null, ref text not null,
    rule text not null, outcome text not null, prev_hash blob not null, hash blob not null
) strict;
create index audit_ref on audit (ref, seq);

create table user (
    user_id text primary key, login_index blob not null unique, sealed blob not null,
    role text not null check (role in ('caseworker', 'coordinator', 'auditor', 'operator')), organisation text not null,
    verifier blob not null, public_key blob not null, created_at integer not null, disabled_at integer,
    failed_tries integer not null, locked_until integer not null
) strict, without rowid;

create table wrap (
    user_id text not null references user (user_id), credential text not null, kind text not null,
    generation integer not null, sealed blob not null, at integer not null,
    primary key (user_id, credential, kind)
) strict, without rowid;

create table session (
    token_hash blob primary key, user_id text not null references user (user_id),
    created_at integer not null, seen_at integer not null, idle_s integer not null, ends_at integer not null,
    revoked_at integer
) strict, without rowid;
create index session_user on session (user_id);

create table api_token (
    token_id text primary key, token_hash blob not null unique, user_id text not null references user (user_id),
    scopes text not null, sealed blob, created_at integer not null, ends_at integer, used_at integer, revoked_at integer
) strict, without rowid;

create table archive (
    sha256 blob primary key, bytes blob not null, first_at integer not null
) strict;

create table archive_name (
    name text not null, version integer not null, sha256 blob not null references archive (sha256),
    first_at integer not null,
    primary key (name, version, sha256)
) strict, without rowid;

create table archive_latest (
    name text primary key, version integer not null, sha256 blob not null references archive (sha256),
    at integer not null
) strict, without rowid;
"""

KEYRING_SQL = """
create table secret (
    name text primary key, sealed blob not null, made_at integer not null, erase_at integer
) strict, without rowid;
create index secret_erase on secret (erase_at) where erase_at is not null;

create table audit_head (
    size integer primary key, hash blob not null, at integer not null
) strict;
"""
