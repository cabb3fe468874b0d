"""Small studies for hours, each with a fault: whether a rerun always mends it, and whether memory grows."""
