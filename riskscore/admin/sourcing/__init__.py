"""Pages of the buyer's question: supply, projects, what if, portfolios, briefings."""
