"""Owners of the bundle: joined to projects when it is made, loaded as statements."""
