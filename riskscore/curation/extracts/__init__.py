"""What programs take away: files of many rows, changes since a position, matches by name."""
