"""Writes by programs: the same records, checks and consequences as the forms of admin have."""
