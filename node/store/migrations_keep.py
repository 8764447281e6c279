"""Tables of keeping and erasing: when a payload must go, which keys are spent, what a restored node was told.

A date and an id are all that stands in plain columns. Source: at-rest 5.1; wire 11; R25, H08, H34.
"""

KEEP_SQL = """
alter table letter add column erase_at integer;
create index letter_erase on letter (erase_at) where sealed is not null;
alter table case_file add column erase_at integer;
create index case_erase on case_file (erase_at) where dek is not null;

create index case_changed on case_file (changed_at, case_id);
create index thread_changed on thread (changed_at, case_id);

create index task_case on task (case_id, code) where done_at is null;

create table key_change (
    case_id text primary key
) strict, without rowid;

create table spent_key (
    key_id blob primary key, made_at integer not null, at integer not null
) strict, without rowid;

create table certificate (
    number integer primary key, at integer not null, bytes blob not null
) strict;

create table answered_case (
    case_id text primary key, first_by text not null, second_by text, at integer not null
) strict, without rowid;

create table not_revived (
    kind text not null, ref text not null, at integer not null,
    primary key (kind, ref)
) strict, without rowid;
"""

EVIDENCE_SQL = """
create index letter_evidence on letter (retention_until) where sealed is null;
"""

CASE_KEYS_SQL = """
create table case_key (
    key_id blob primary key, sealed blob not null, made_at integer not null
) strict, without rowid;
create index case_key_made on case_key (made_at);

create table journal_head (
    id integer primary key check (id = 1), size integer not null, hash blob not null
) strict;
"""
