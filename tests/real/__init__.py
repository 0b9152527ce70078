"""Tests against the real producer: rivet, reading a PostgreSQL that is started for them."""
