"""Webhooks of one's own: kept, tested, rotated; what was sent to them, and again."""
