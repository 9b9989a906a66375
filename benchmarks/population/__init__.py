"""The same rules over a whole population, from files to findings: cds beside programs written by hand for just them."""
