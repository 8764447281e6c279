"""A letter that is held stands in the same indexes as one that is not, so that taking it in takes no longer.

An index of held letters alone was two pages more for a woman who seeks asylum. Source: wire 3 row 14, attack 57.
"""

ALIKE_SQL = """
drop index letter_held;
drop index letter_held_on;
drop index letter_thread;
create index letter_held on letter (held_code is not null, at) where direction='in';
create index letter_thread on letter (peer, thread_id, held_code is not null);
"""
