"""The map: projects clustered on the server, lands and communities beside them, no tiles."""
