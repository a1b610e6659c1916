"""Our own layouts: observations, projects, evidence, and what we compiled ourselves."""
