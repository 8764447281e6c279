"""Tables of delivery: channels, outbox, envelopes, inbox, ledger, threads, cases, deadlines, tasks.

Plain columns hold random ids, countries, counts, times and codes of transport. What a case says is in `sealed`
columns, which this layer cannot read. Tables with large rows have row ids: the rows then stand in the order they came
in, and only small keys in the order of random ids. Source: delivery, wire 1, 3, 4 and 11.
"""

DELIVERY_SQL = """
create table channel (
    peer text not null, direction text not null, epoch integer not null,
    seq integer not null, hash blob not null, current integer not null,
    primary key (peer, direction, epoch)
) strict;

create table channel_gap (
    peer text not null, epoch integer not null, seq integer not null, flagged_at integer not null, asked_at integer,
    primary key (peer, epoch, seq)
) strict;

create table receipt_chain (
    peer text not null, direction text not null, epoch integer not null,
    idx integer not null, hash blob not null, current integer not null,
    primary key (peer, direction, epoch)
) strict;

create table outbox (
    place integer primary key,
    letter_id text not null unique, peer text not null, thread_id text, case_id text, class integer not null,
    urgency integer not null, state text not null, sealed blob,
    queued_at integer not null, due_at integer not null, held_code text, released_at integer, ended_at integer,
    status integer, reason integer
) strict;
create index outbox_due on outbox (peer, state, due_at);
create index outbox_thread on outbox (peer, thread_id, state);

create table envelope (
    eid blob primary key, letter_id text not null, peer text not null, class integer not null,
    epoch integer not null, seq integer not null,
    s blob not null, sig blob not null, salt blob, s_hash blob not null, envelope_hash blob not null, bytes blob,
    recipient_key blob not null, created_at integer not null, expires_at integer not null,
    state text not null, tries integer not null, next_try_at integer not null,
    first_error text, last_error text, error_class text, last_error_at integer,
    receipt blob, status integer, reason integer, receipted_at integer, closed_sent integer not null
) strict;
create index envelope_waiting on envelope (peer, state, next_try_at);
create index envelope_letter on envelope (letter_id);
create unique index envelope_seq on envelope (peer, epoch, seq);

create table ledger (
    envelope_hash blob not null primary key, sender text not null, eid blob not null, letter_id text,
    class integer not null,
    s_hash blob not null, status integer not null, reason integer not null, slot blob not null, at integer not null
) strict;
create index ledger_eid on ledger (sender, eid);
create index ledger_letter on ledger (sender, letter_id) where letter_id is not null;

create table letter (
    peer text not null, direction text not null, letter_id text not null,
    thread_id text, case_id text, eid blob, sealed blob, at integer not null, opened_at integer,
    retention_until integer, held_code text, s blob, sig blob, salt blob, receipt blob,
    primary key (peer, direction, letter_id)
) strict;
create index letter_thread on letter (peer, thread_id);
create index letter_case on letter (case_id);
create index letter_id on letter (letter_id);

create table parked (
    envelope_hash blob primary key, bytes blob not null, at integer not null, tries integer not null
) strict, without rowid;

create table thread (
    peer text not null, thread_id text not null, case_id text not null, sealed blob,
    started_at integer not null, changed_at integer not null, ended_at integer,
    primary key (peer, thread_id)
) strict;
create index thread_case on thread (case_id);
create index thread_id on thread (thread_id);

create table case_file (
    case_id text primary key, dek blob, sealed blob, created_at integer not null, changed_at integer not null,
    owner text, erased_at integer
) strict, without rowid;

create table identity (
    case_id text not null references case_file (case_id), version integer not null,
    dek blob, sealed blob, at integer not null,
    primary key (case_id, version)
) strict, without rowid;

create table consent (
    consent_id text primary key, case_id text not null references case_file (case_id), sealed blob, at integer not null
) strict, without rowid;
create index consent_case on consent (case_id);

create table deadline (
    id integer primary key, peer text not null, thread_id text not null, letter_id text not null, code text not null,
    due_at integer not null, state text not null, step integer not null, next_at integer not null
) strict;
create index deadline_due on deadline (state, next_at);
create index deadline_thread on deadline (peer, thread_id, state);
create unique index deadline_once on deadline (letter_id, code);

create table task (
    id integer primary key, case_id text, peer text, thread_id text, letter_id text, code text not null,
    sealed blob, at integer not null, done_at integer, done_by text
) strict;
create index task_open on task (done_at, at);

create table prekey_bundle (
    peer text primary key, serial integer not null, bytes blob not null, sha256 blob not null, at integer not null
) strict, without rowid;

create table peer_contact (
    peer text primary key, last_contact_at integer, last_error_at integer, last_error text,
    paused_code text, tries integer not null,
    next_try_at integer not null, heads_sent_at integer, heads blob, suspended_at integer
) strict, without rowid;
"""
