"""What belongs to the buyer's question: what somebody holds."""
