"""How a table is read: saved under a name and used again, and tried on the first rows of a file."""
