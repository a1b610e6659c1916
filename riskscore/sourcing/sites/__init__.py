"""What is stated of sites: which projects stand for one, what it can give, who holds it."""
