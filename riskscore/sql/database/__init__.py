"""Django's PostgreSQL backend, with two questions at each new connection: who is newer, and who
stands between.
"""
