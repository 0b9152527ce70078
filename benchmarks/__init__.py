"""Repeatable measurements, each against a yardstick in the same run: `make bench`."""
