"""Columns and tables of the ladder of deadlines: when somebody was reminded, and who stands in for whom."""

LADDER_SQL = """
alter table deadline add column reminded_at integer;
create index deadline_soon on deadline (state, due_at) where reminded_at is null;

create table stand_in (
    user_id text primary key references user (user_id), backup text not null references user (user_id),
    by_user text not null, at integer not null
) strict, without rowid;
"""
