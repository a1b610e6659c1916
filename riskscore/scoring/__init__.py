"""Rows to arrays, arrays to scores, scores to rows: the only writer of scores."""
