"""Lists of admin: chosen columns, saved lists, filters, order, and their files."""
