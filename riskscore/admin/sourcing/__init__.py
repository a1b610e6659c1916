"""Pages of the buyer's question: portfolios, their limits, and alerts."""
