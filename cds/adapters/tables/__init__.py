"""A whole population from tables: Parquet, CSV, NDJSON, or anything that hands over Arrow; needs the extra `batch`."""
