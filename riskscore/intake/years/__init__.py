"""What the years of a file are: complete, or shown and not scored."""
