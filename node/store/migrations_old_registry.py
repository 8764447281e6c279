"""Countries that two people decided to write to although the registry was not seen for a week."""

OLD_REGISTRY_SQL = """
create table old_registry_send (
  peer text primary key,
  verified_at integer not null,
  first_by text not null,
  at integer not null,
  second_by text
) strict, without rowid;
"""
