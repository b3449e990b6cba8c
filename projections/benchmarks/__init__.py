"""Where a university stands among its peers: contributions, distributions, releases."""
