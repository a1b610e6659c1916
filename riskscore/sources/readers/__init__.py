"""Bytes to rows: text, CSV, workbooks, XML, GeoJSON."""
