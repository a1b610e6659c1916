"""One search over projects, places, minerals, owners, sources, releases and methods."""
