"""Until when nothing of a case is erased, so that what is held can be listed without opening every case."""

HELD_SQL = """
alter table case_file add column kept_until integer;
create index case_file_kept on case_file (kept_until) where kept_until is not null;
delete from meta where name in ('dated_at', 'dated_case');
"""
