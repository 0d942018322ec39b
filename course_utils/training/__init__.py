"""Cells run step by step, ensembles of small networks, and baselines that need no network."""
