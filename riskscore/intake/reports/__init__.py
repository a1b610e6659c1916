"""What is said of an import while its file is read: progress, faults, and what is not used."""
