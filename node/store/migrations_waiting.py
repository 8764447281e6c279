"""Lists of one person come from that person's cases; lists of all by the time that they are sorted by."""

WAITING_SQL = """
create index case_owner on case_file (owner, changed_at);
create index stand_in_backup on stand_in (backup);
create index deadline_open on deadline (due_at) where state='open';
"""
