"""By peer, the newest time that it signed into a receipt: two of them tell us what time it surely is (wire 6)."""

TIME_SQL = """
alter table peer_contact add column heard_at integer;
"""
