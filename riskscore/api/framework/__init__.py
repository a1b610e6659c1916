"""What every view shares: parameters, pages, problems, rendering, keys, limits."""
