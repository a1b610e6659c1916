"""How a node joins its children on a block of units."""
