"""The Keras network, its layer and its weights; knows no corpus and no run directory but those it begins from."""
