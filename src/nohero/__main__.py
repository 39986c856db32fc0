"""`python -m nohero`: the command line."""

from nohero.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
