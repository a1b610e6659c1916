"""Alerts to people who watch: written with what causes them, and sent by mail."""
