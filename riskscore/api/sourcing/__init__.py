"""Addresses of the buyer's question, below `/api/v1/sourcing`."""
