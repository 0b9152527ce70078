"""A fleet of exports that does not exist, for `runwatch demo`.

`terms` says what an export is and what can befall a run, `pen` and `chunks` and
`run` tell one run, `story` says which runs there are, and `writer` writes their
lines when they are due. The same seed tells the same story.
"""

from runwatch.sources.demo.writer import DemoWriter

__all__ = ["DemoWriter"]
