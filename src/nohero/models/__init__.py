"""Networks, dullest first: linear, MLP, small CNN."""
