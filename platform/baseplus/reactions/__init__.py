"""What follows by itself from what happens in several capabilities, and from the clock."""
