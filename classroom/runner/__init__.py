"""Runs students' code in a sandbox, and judges what comes out of it."""
