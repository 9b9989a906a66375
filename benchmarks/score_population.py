"""A population from files to findings, beside DuckDB and Polars; what is measured: `population/benchmark.py`."""

from population.benchmark import main

if __name__ == "__main__":
    main()
