"""What is left of the use of a picture."""
