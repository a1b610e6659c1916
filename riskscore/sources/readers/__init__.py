"""Bytes to rows, one reader of each kind: text, CSV, workbooks, XML, GeoJSON; one zip guard.

Every fault is a BadFile whose reason says what the file (or row, or feature) does wrong.
"""
