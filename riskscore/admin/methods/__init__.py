"""Methods, buyer's views and learned models."""
