"""Parts of a project as the API gives it: communities, owners, status and capacity."""
