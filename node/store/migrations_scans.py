"""Scans of signed papers: each under a key of its own, which only sign-ins open, itself under the key of its case."""

SCANS_SQL = """
create table scan (
    scan_id text primary key, case_id text not null, consent_id text not null, dek blob not null, sealed blob not null,
    at integer not null, by text not null
) strict;
create index scan_case on scan (case_id, consent_id, at);
"""
