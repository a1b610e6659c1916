"""The REST API under `/api/v1/`: views parse, call and reply; nothing is decided here."""
