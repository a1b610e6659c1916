"""Pages about sourcing: the question, the buyer's view, the shortlist, briefings."""
