"""What people ask of sourcing and keep: scenarios, and portfolios with what they hold."""
