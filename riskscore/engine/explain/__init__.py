"""Why a score is what it is, why it changed, and what would move it."""
