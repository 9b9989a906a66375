"""`python -m cds` is the `cds` command."""

import sys

from cds.cli import main

if __name__ == "__main__":
    sys.exit(main())
