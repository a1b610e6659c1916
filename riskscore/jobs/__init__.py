"""Work as rows: requested, cut into chunks, claimed by lease and fencing token, retried, ended."""
