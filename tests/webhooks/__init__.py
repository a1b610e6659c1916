"""Webhooks: what is told, how it is sent, and to whom it never is."""
