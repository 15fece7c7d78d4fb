"""What the bench asks, whom it asks, and how their answers compare."""
