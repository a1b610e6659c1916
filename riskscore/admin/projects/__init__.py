"""Projects, evidence and challenges."""
