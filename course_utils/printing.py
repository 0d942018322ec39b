"""Prints numbers that may differ between machines so that readers and tests can tell them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike

from course_utils._arguments import described

__all__ = ["measured"]

_SPEC = re.compile(r"(\d*)(,?(?:\.\d+)?[feg%]?)")


def measured(value: ArrayLike, spec: str = "") -> str:
    """Format a measured number, one that depends on training, a clock or the processor.

    The sign ≈ tells the reader that another machine may show another number. nbval compares everything
    around such a number and not the number itself (authoring/nbval_sanitize.cfg).

    Parameters
    ----------
    value : one real number, or an array of shape (N,), whose numbers are joined by commas.
    spec : how Python formats a number: width, thousands separator, precision and type, as in `.2f`, `8.1%`
        or `,`. The width counts the sign, too.

    Examples
    --------
    >>> measured(0.000432, ".5f")
    '≈ 0.00043'
    >>> measured(0.565, ".1%")
    '≈ 56.5 %'
    >>> measured([2.381, 11.3], ".1f")
    '≈ 2.4, ≈ 11.3'
    """
    try:
        numbers = np.asarray(value)
    except ValueError:  # rows of different lengths
        numbers = np.asarray(None)
    if numbers.dtype.kind not in "iuf" or numbers.ndim > 1:
        raise TypeError(f"value must be real numbers of shape () or (N,); got {described(value)}")
    parts = _SPEC.fullmatch(spec) if isinstance(spec, str) else None
    if parts is None:
        raise ValueError(f"spec must be as .2f, 8.1%, .0e or ,; got {described(spec)}")
    width, form = int(parts[1] or 0), parts[2]
    return ", ".join(f"≈ {_formatted(number, form)}".rjust(width) for number in numbers.ravel().tolist())


def _formatted(number: float, form: str) -> str:
    no_minus_zero = "z" if isinstance(number, float) or form.endswith(("f", "e", "g", "%")) else ""
    return f"{number:{no_minus_zero}{form}}".replace("%", " %")
