"""Reading scripts, training a character-level LSTM on them, and writing episodes with it; knows no Discord."""
