"""A drill at full size: a million cases on PostgreSQL, every page of the office measured on them."""
