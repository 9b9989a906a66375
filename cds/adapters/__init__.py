"""Other people's formats in and out. Each adapter knows patients and results; none knows another."""
