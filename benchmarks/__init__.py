"""What measures speed: a plain reference implementation, and the commands that compare the library with it."""
