"""One search over everything that a person may see, as a page and for the command palette."""
