"""USGS Mineral Commodity Summaries of 2025 and 2026: production, reserves, capacity."""
