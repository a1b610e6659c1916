"""From tables, evidence and maps to one row of inputs per project."""
