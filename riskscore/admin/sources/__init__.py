"""Files on their way in, releases, observations, places."""
