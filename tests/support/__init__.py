"""Sample courses, classes and plots that tests share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
