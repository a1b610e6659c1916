"""What somebody holds: portfolios, limits and alerts, and the ledger of equity."""
