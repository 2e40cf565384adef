"""お支払い: the state of payments."""
