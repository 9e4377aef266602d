"""Writing scenes with a trained network in NumPy; knows no Keras and no training."""
