"""A quicker training on TensorFlow's CPU, with Keras's weights and results; without this folder it is only slower.

It buys 4.6 times the speed of `keras.layers.LSTM` for 512 units, batch 16, on two cores, 2.9 times at batch 32, and 1.7
times for the notes' network (`make bench ARGS=training`; docs/benchmarks.md). It knows no corpus and no settings.
"""
