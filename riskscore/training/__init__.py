"""From tables to a learned model, its card and predictions; who asked, and which one is in use."""
