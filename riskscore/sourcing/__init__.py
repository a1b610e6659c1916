"""The buyer's question: which projects lower whose dependence, by how much, at what human cost."""
