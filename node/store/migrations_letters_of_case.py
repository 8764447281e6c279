"""The letters of a case are found by its threads: one page less to write for each letter, at both ends.

A letter has a case exactly where its thread has one, and a thread stays with its case. Source: issue 2, speed.
"""

LETTERS_OF_CASE_SQL = """
drop index letter_case;
"""
