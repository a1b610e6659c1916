"""The rules that the database holds by itself: each SQL file here is the current state of one.

A file may be run again at any time. It takes effect by a migration that runs it (the models say
what the tables are, these files what the tables do; both reach a database by migrations only).
``docs/database.md`` says what each trigger does and why.
"""
