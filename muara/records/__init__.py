"""Reading across rooms: what all cases of the office were, for those who look after it. No tables."""
