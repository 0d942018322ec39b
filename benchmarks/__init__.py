"""How fast this course trains an LSTM, measured beside others: `python3 course.py bench`.

This package needs only NumPy, because the contenders from other frameworks import it in environments of
their own.
"""
