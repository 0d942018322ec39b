"""A faster LSTM for Keras on a CPU, and how fast a machine could train at most."""
