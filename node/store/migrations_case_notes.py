"""Notes of colleagues on a case: each under a key of its own, which only sign-ins open, itself under its case's key."""

CASE_NOTES_SQL = """
create table case_note (
    note_id text primary key, case_id text not null, dek blob not null, sealed blob not null,
    at integer not null, by text not null
) strict, without rowid;
create index case_note_case on case_note (case_id, at);
"""
