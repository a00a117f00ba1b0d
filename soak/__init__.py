"""``make soak``: the whole product under load and faults for half an hour, and what it grew by."""
