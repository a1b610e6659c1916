"""What a version of a method does to the projects: its audit, and who moves by it."""
