"""What people ask of sourcing and keep: scenarios."""
