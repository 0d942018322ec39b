"""The teacher's room: problem sets, and how a class of answers is graded. See classroom/README.md."""
