"""Several versions of a line at once, and the choice among them; knows no Keras and no directions' details."""
