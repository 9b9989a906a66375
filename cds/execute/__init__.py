"""Executors: `single` (one patient, with `explain`), `batch` (many, compiled); they share operators and `limits`."""
