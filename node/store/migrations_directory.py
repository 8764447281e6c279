"""Tables of the directory: each country's entry, who has ours, what was found wrong with one. No person anywhere."""

DIRECTORY_SQL = """
create table directory_entry (
    country text primary key, serial integer not null, body blob not null, sha256 blob not null,
    received_at integer not null
) strict, without rowid;

create table directory_sent (
    peer text primary key, serial integer not null, letter_id text not null, at integer not null
) strict, without rowid;

create table directory_challenge (
    direction text not null, country text not null, peer text not null, service text not null,
    serial integer not null, why text not null, at integer not null, answered_at integer,
    primary key (direction, country, peer, service)
) strict, without rowid;
"""
