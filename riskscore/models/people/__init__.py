"""What people keep for themselves, and what they did: saved lists, and edits of records."""
