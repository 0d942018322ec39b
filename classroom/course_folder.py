"""The folder that a class is graded into: its paths, its gradebook's address, and what is graded already."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine
from traitlets.config import Config

from authoring.files import write_atomically
from authoring.problem_sets import ProblemSet
from classroom.digests import digest
from classroom.nbgrader_steps import settings
from classroom.runner.sandbox import Limits

GRADEBOOK_VARIABLE = "COURSE_GRADEBOOK"
"""The environment variable with the gradebook's address: a password in it must not be on a command line."""


@dataclass(frozen=True)
class Graded:
    """The record of a student's graded work, and one line of a shard's output."""

    student: str
    seconds: float
    work: str
    """A hash of the work and of the problem set: nothing is to do for an equal one."""
    failed: str = ""
    stopped: int = 0
    """The limit in seconds at which a cell or a call was stopped, else 0. With more, it is graded again."""


@dataclass(frozen=True)
class CourseFolder:
    """The folder of a class, and how it is graded."""

    path: Path
    gradebook: str
    """SQLAlchemy's address of the database, such as sqlite:////home/me/grades/gradebook.db."""
    sandboxed: bool = True
    limits: Limits = field(default_factory=Limits)

    def config(self) -> Config:
        return settings(self.path, self.gradebook, sandboxed=self.sandboxed, limits=self.limits)

    def api(self) -> NbGraderAPI:
        """nbgrader's own functions for this folder."""
        _record_version(self.gradebook)
        logging.getLogger("classroom.nbgrader").setLevel(logging.ERROR)
        config = self.config()
        return NbGraderAPI(CourseDirectory(config=config), config=config)

    def submitted(self, name: str, student: str) -> Path:
        return self.path / "submitted" / student / name / f"{name}.ipynb"

    def autograded(self, name: str, student: str) -> Path:
        return self.path / "autograded" / student / name / f"{name}.ipynb"

    def record_path(self, name: str, student: str) -> Path:
        return self.path / "graded" / name / f"{student}.json"

    def students(self, name: str) -> list[str]:
        """Everybody with work to grade, sorted."""
        return sorted(path.parent.parent.name for path in self.path.glob(f"submitted/*/{name}/{name}.ipynb"))

    def record(self, name: str, student: str) -> Graded | None:
        """The record of a student's graded work, or None."""
        try:
            return Graded(**json.loads(self.record_path(name, student).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_record(self, name: str, graded: Graded) -> None:
        write_atomically(self.record_path(name, graded.student), json.dumps(asdict(graded)))

    def work_hash(self, problem_set: ProblemSet, student: str) -> str:
        """A hash that changes when the work, or what it is graded with, does."""
        work = self.submitted(problem_set.name, student).read_text(encoding="utf-8")
        return digest(work, problem_set.path.read_text(encoding="utf-8"))

    def is_ungraded(self, problem_set: ProblemSet, student: str) -> bool:
        """Whether a student's work is not graded yet, or has changed since."""
        known = self.record(problem_set.name, student)
        return (
            known is None
            or bool(known.failed)
            or known.work != self.work_hash(problem_set, student)
            or 0 < known.stopped < self.limits.cell_seconds
        )

    def ungraded(self, problem_set: ProblemSet) -> list[str]:
        return [name for name in self.students(problem_set.name) if self.is_ungraded(problem_set, name)]


def gradebook_address(given: str | None, folder: Path) -> str:
    """The address that is given, or the environment's, or that of a file in the class's folder."""
    return given or os.environ.get(GRADEBOOK_VARIABLE) or f"sqlite:///{folder / 'gradebook.db'}"


def _record_version(gradebook: str) -> None:
    """Write the version of the tables into a new gradebook.

    nbgrader would do it by starting the program alembic, which need not be on the PATH.
    """
    engine = create_engine(gradebook)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        if context.get_current_revision() is None:
            context.stamp(ScriptDirectory(ALEMBIC_DIR), "head")
    engine.dispose()
