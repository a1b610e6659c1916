"""Mineral Commodity Summaries of the USGS: their forms since 2022, products, units and words."""
