"""PURE: owners as publishers state them, and one table of what companies are called."""
