"""Fewer pages for each letter: an index holds only the rows that are looked for by it.

A page is 16 KiB, and every one that a commit touches is written to the log. What changes with each step of a letter's
way stands in no index that is asked only for letters that wait. Source: issue 2, speed.
"""

INDEXES_SQL = """
drop index outbox_due;
create index outbox_waits on outbox (peer, due_at) where state in ('queued','held');
drop index outbox_thread;
create index outbox_thread on outbox (peer, thread_id);

drop index envelope_waiting;
create index envelope_out on envelope (peer, next_try_at) where state='out';
create index envelope_given_up on envelope (peer, epoch, seq) where state in ('given_up','reissued') and closed_sent=0;

drop index deadline_due;
create index deadline_due on deadline (next_at) where state='open';
drop index deadline_soon;
create index deadline_soon on deadline (due_at) where state='open' and reminded_at is null;
drop index deadline_thread;
create index deadline_thread on deadline (peer, thread_id);

create table letter_by_id (
    peer text not null, direction text not null, letter_id text not null,
    thread_id text, case_id text, eid blob, sealed blob, at integer not null, opened_at integer,
    retention_until integer, held_code text, s blob, sig blob, salt blob, receipt blob, erase_at integer,
    primary key (letter_id, direction, peer)
) strict;
insert into letter_by_id (peer, direction, letter_id, thread_id, case_id, eid, sealed, at, opened_at, retention_until,
    held_code, s, sig, salt, receipt, erase_at)
    select peer, direction, letter_id, thread_id, case_id, eid, sealed, at, opened_at, retention_until,
    held_code, s, sig, salt, case direction when 'in' then receipt end, erase_at from letter order by rowid;
drop table letter;
alter table letter_by_id rename to letter;
create index letter_thread on letter (peer, thread_id);
create index letter_case on letter (case_id);
create index letter_erase on letter (erase_at) where sealed is not null and erase_at is not null;
create index letter_evidence on letter (retention_until) where sealed is null;
"""
