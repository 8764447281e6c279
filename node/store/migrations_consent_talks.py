"""Who interpreted and who witnessed each consent: under keys of their own, which only sign-ins open."""

CONSENT_TALKS_SQL = """
create table consent_talk (
    consent_id text primary key, case_id text not null, dek blob not null, sealed blob not null
) strict, without rowid;
create index consent_talk_case on consent_talk (case_id);
"""
