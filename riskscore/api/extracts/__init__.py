"""What programs take away in bulk: changes, lookups, matches, files; and how they wait."""
