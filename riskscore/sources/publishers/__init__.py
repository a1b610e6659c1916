"""One module per publisher: ``SOURCE`` and a pure ``parse(content)``."""
