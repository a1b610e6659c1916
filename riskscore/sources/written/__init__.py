"""Tables as files of other programs: Parquet, Excel workbooks, GeoJSON, beside CSV and NDJSON."""
