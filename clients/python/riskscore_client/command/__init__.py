"""The command `riskscore`."""
