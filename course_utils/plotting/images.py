"""Plots of small grey images, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import require_words, title_lines


def image_rows(images: Mapping[str, ArrayLike], *, title: str) -> NDArray[np.object_]:
    """Draw a row of small images per name, small values white and large ones black.

    Parameters
    ----------
    images : name to images, shape (N, height, width), the same in each row; N at most 20.
    title : the finding.

    Returns
    -------
    array of Axes
        Shape (rows, N). A row's name stands left of it. All images share one scale of grey.

    Examples
    --------
    >>> axes = image_rows({"a": np.eye(3)[None], "b": np.zeros((1, 3, 3))}, title="A diagonal, and nothing")
    >>> axes.shape, axes[0, 0].get_ylabel()
    ((2, 1), 'a')
    """
    rows = arguments.arrays(
        "images", images, of="a row's name to its images", ndim=3, axes="(N, height, width)"
    )
    shapes = {name: row.shape for name, row in rows.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"images must have one shape in every row; got {shapes}: pass as many of one size")
    number = next(iter(shapes.values()))[0]
    if number > 20:
        raise ValueError(
            f"images must have at most 20 in a row to be seen; got {number}: pass a part of them"
        )
    require_words(title=title)
    low = min(float(row.min()) for row in rows.values())
    high = max(float(row.max()) for row in rows.values())
    width = max(3.0, 0.8 * number + 0.5)
    figure, axes = plt.subplots(
        len(rows), number, figsize=(width, 0.6 + 0.85 * len(rows)), squeeze=False, layout="constrained"
    )
    for line, (name, row) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, row, strict=True):
            ax.imshow(image, cmap="gray_r", vmin=low, vmax=high if high > low else low + 1.0, gid=name)
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name)
    size, weight = mpl.rcParams["axes.titlesize"], mpl.rcParams["axes.titleweight"]
    figure.suptitle(title_lines(title, width - 0.2), x=0.01, ha="left", fontsize=size, fontweight=weight)
    return np.asarray(axes)
