"""How good a run is: likelihood of texts, and whether a new run may take the place of another."""
