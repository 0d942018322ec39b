"""Networks written out, many trained side by side, and baselines that need no network."""
