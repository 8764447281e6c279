"""What a sign-in rests on beside the password, who was invited, and sign-ins that are locked.

Codes are kept as keyed hashes, secrets and names sealed; passkeys are public keys.
"""

SIGN_IN_SQL = """
create table second_step (
    user_id text primary key references user (user_id), sealed blob, made_at integer, last_step integer not null,
    pending blob, pending_at integer
) strict, without rowid;

create table recovery_code (
    code_hash blob primary key, user_id text not null references user (user_id), made_at integer not null,
    used_at integer
) strict, without rowid;
create index recovery_code_user on recovery_code (user_id);

create table passkey (
    passkey_id text primary key, user_id text not null references user (user_id), credential_id blob not null unique,
    public_key blob not null, sign_count integer not null, sealed blob not null, made_at integer not null,
    used_at integer
) strict, without rowid;
create index passkey_user on passkey (user_id);

create table invitation (
    invitation_id text primary key, code_hash blob not null unique, sealed blob not null,
    role text not null check (role in ('caseworker', 'coordinator', 'auditor', 'operator')), organisation text not null,
    made_by text not null, made_at integer not null, ends_at integer not null, used_at integer, used_by text,
    revoked_at integer
) strict, without rowid;

create table conduct (
    user_id text not null references user (user_id), version integer not null, at integer not null,
    primary key (user_id, version)
) strict, without rowid;

alter table session add column locked_at integer;
alter table session add column hidden_at integer;
"""
