"""Who held each office key that a country ever listed here: what the registry publishes, and nobody's."""

KNOWN_OFFICES_SQL = """
create table known_office (
    kid text primary key, peer text not null, holder text not null, kind text not null, police_powers integer not null
) strict, without rowid;
"""

OFFICES_SAID_SQL = """
create table office_said (
    peer text not null, kid text not null, holder text not null, kind text not null, police_powers integer not null,
    primary key (peer, kid, holder, kind, police_powers)
) strict, without rowid;
insert into office_said select peer, kid, holder, kind, police_powers from known_office;
drop table known_office;
"""
