"""What the SOP says: pure Python, no Django."""
