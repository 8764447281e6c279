"""A deadline stands in one index by its thread, where it stood in two, by thread and by letter.

Both are drawn by lot, so that each cost a page of 16 KiB for every letter that waits to be opened.
Source: issue 2, speed.
"""

DEADLINES_ONCE_SQL = """
drop index deadline_once;
drop index deadline_thread;
create unique index deadline_once on deadline (peer, thread_id, letter_id, code);
"""
