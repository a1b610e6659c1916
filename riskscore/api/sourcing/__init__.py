"""The buyer's question over HTTP: dependence, shortlists, and what would change them."""
