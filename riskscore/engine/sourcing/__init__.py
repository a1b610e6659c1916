"""The buyer's question as arithmetic: whose supply hangs on whom, and what would change that."""
