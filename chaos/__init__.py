"""``make chaos``: real processes, real faults, and the simulated outside's journal as the judge."""
