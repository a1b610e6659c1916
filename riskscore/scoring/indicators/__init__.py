"""Values of indicators by buyer, place, mineral and year, and the releases that they came from."""
