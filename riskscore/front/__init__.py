"""Pages for visitors without an account: what this is, and scores where they are public."""
