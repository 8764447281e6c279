"""What the desk keeps between two pages: drafts, sealed with the case they belong to."""

DESK_SQL = """
create table draft (
    case_id text not null, ref text not null, sealed blob, saved_at integer not null, saved_by text not null,
    primary key (case_id, ref)
) strict, without rowid;
create index draft_saved on draft (saved_by, saved_at) where sealed is not null;
"""
