"""Whose each office key is by every record of a country that was read here: what the registry publishes."""

OFFICES_SAID_SQL = """
create table office_said (
    peer text not null, kid text not null, holder text not null, kind text not null, police_powers integer not null,
    primary key (peer, kid, holder, kind, police_powers)
) strict, without rowid;
"""
