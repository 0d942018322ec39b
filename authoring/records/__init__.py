"""What is on record of each lesson, and whether it is still true of it."""
