"""Which edition a file is, and whether an older one than that in force."""
