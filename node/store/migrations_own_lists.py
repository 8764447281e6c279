"""Lists of one person, and of what is held, read the small keys of an index and not the wide rows behind them.

None is written on the way of a letter: one holds letters that wait, one is written with each matter, one, as before,
with each change of a case. Source: issue 4, numbers (a million cases).
"""

OWN_LISTS_SQL = """
drop index letter_held;
create index letter_held on letter (at) where held_code is not null;
create index letter_held_on on letter (peer, thread_id) where held_code is not null;
drop index thread_case;
create index thread_case on thread (case_id, peer, thread_id);
drop index case_owner;
create index case_owner on case_file (owner, changed_at, erased_at);
"""
