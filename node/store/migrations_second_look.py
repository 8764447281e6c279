"""Who asked for an alert that another person confirmed: neither of the two may be its second look."""

SECOND_LOOK_SQL = """
alter table alarm add column asked_by text;
"""
