"""What models learn from: the panel, its rows, features and labels."""
