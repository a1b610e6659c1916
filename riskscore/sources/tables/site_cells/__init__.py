"""Cells of a table of sites: points, kinds, stages and shares as people write them."""
