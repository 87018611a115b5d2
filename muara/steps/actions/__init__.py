"""What people do at the 18 steps, one function an act; each is one transaction."""
