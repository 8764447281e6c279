"""Who held each office key that a country ever listed here: what the registry publishes, and nobody's."""

KNOWN_OFFICES_SQL = """
create table known_office (
    kid text primary key, peer text not null, holder text not null, kind text not null, police_powers integer not null
) strict, without rowid;
"""
