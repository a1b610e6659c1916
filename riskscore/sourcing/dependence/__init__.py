"""Where a buyer's supply comes from, by every formula, and where they disagree."""
