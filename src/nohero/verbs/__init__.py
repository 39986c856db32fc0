"""The verbs of the command line, one a file: words to calls, calls to words."""
