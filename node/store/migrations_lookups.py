"""What is asked again and again reads what it asks for, and not all there ever was.

Nothing here is written on the way of a letter but one line for each that arrives, until somebody opens it.
"""

LOOKUPS_SQL = """
create index outbox_stuck on outbox (peer, state) where state in ('parked','refused','given_up','cancelled');
create index letter_unopened on letter (at) where direction='in' and thread_id is not null and opened_at is null;
create index letter_held on letter (peer) where held_code is not null;
create index ledger_cover on ledger (at) where class=0;
create index thread_open on thread (peer, thread_id) where ended_at is null;
create index thread_started on thread (started_at);
create index case_dek on case_file (dek) where dek is not null;
create index task_sealed on task (case_id) where sealed is not null;
create index alarm_sealed on alarm (case_id) where sealed is not null;
create index channel_gap_open on channel_gap (peer, epoch, seq) where closed_at is null;
"""
