"""Who wishes to be written to when something new waits: where to (sealed), and when that was done last."""

MAIL_SQL = """
create table mail_wish (
  user_id text primary key,
  sealed blob not null,
  told_at integer
) strict, without rowid;
"""
