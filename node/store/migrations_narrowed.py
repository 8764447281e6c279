"""A desk that is narrowed to one country, and matters by when they began, read what they show and no more.

Written once for each matter, and once for each answer that is expected; an end takes it out again.
"""

NARROWED_SQL = """
create index deadline_peer on deadline (peer, due_at) where state='open';
create index thread_going_on on thread (started_at) where ended_at is null;
create index thread_going_on_with on thread (peer, started_at) where ended_at is null;
"""
