"""What is read to a person before she consents: versions that two people published."""

TEXTS_SQL = """
create table consent_text (
    id integer primary key, language text not null, variant text not null, version integer not null,
    points blob not null, proposed_by text not null, proposed_at integer not null, published_by text,
    published_at integer, unique (language, variant, version)
) strict;
"""
