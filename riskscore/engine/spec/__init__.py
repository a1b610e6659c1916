"""The method's specification: its tree, how it is parsed, its JSON Schema."""
