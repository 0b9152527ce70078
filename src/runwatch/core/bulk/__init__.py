"""Long logs by numpy: thousands of lines of the same form in one step.

Nothing else imports numpy, and this package is imported only where a log is
long (`session/long_logs.py`): that takes a tenth of a second and twenty megabytes.
"""
