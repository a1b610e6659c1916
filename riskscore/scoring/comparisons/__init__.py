"""A score beside others: its peers, and itself if something were otherwise."""
