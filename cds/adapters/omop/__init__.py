"""OMOP CDM 5.3 and 5.4 in: the standard's tables become the tables of `cds.adapters.tables`, so that a row means one
thing wherever it came from."""
