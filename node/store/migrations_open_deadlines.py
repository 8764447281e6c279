"""One index of what is expected, by when it is due, instead of three: one page less to write for each of two.

It holds the country too, so that a desk that is narrowed to one reads nothing but the index. Source: issue 2, speed.
"""

OPEN_DEADLINES_SQL = """
drop index deadline_soon;
drop index deadline_peer;
drop index deadline_open;
create index deadline_open on deadline (due_at, peer) where state='open';
"""
