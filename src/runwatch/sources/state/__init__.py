"""rivet's state database as a source: what its tables say, told as the lines of a log a run.

rivet stores a run's journal when the run has ended. Until then, and for a run
that was killed for ever, its tables are all there is (EVENTS.md, "Live sources
that are not JSONL"). `reader.py` reads what has changed, `telling.py` says it
in events, `reconcile.py` puts it together with the journal when that comes.
Where the tables stand is the business of `sqlite.py` and `postgres.py` alone.
"""
