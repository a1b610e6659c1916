"""Who owns projects: companies, owners of a project, filters by owner."""
