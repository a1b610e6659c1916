"""The page of a project: one header, and a tab per question, each with an address of its own."""
