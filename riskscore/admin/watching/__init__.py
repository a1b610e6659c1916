"""What a person watches, and the alerts that came of it."""
