"""The run directory, the contract between training and writing; knows neither Keras nor how text is written."""
