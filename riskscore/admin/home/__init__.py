"""The first page by role: the question, what waits, who moved, and what goes on."""
