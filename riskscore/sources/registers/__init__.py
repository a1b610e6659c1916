"""Registers that public bodies keep: cases, each joined to a project by what it names."""
