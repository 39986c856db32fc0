"""`python -m nohero` is the command line."""

import sys

from nohero.cli import main

if __name__ == "__main__":
    sys.exit(main())
