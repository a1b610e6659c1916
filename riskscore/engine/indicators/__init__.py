"""The rows of the catalogue, one module for each dimension; ``catalogue`` joins them."""
