"""What was loaded when, and which of it is in force."""
