"""Shared by all plots: style, colours, titles that fit, display with an alt text."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from course_utils import _arguments as arguments

PALETTE: tuple[str, ...] = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito's colours (2008) without the yellow, which is too pale for a line on white."""

LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 3)))
MARKERS = ("o", "s", "^", "D", "v", "X", "P")

INK = "#262626"
"""Text and lines that carry no category."""
GREY = "#666666"

SHORTEST_ALT = 30

_SHOWABLE = "a matplotlib Figure, Axes or array of the Axes of one figure"

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The default of arguments that name lines to add: none."""

PADDING: Mapping[str, Any] = MappingProxyType(
    {"facecolor": "#f2f2f2", "hatch": "////", "edgecolor": "#c4c4c4"}
)
"""How a box over steps that are not real looks, in every plot."""


def use_style() -> None:
    """Set matplotlib's defaults for the whole course: sizes, fonts, light frames, the palette.

    `course_utils.runtime.start` calls it. A figure is 7.5 inches wide at 110 dots an inch, as wide as a
    JupyterLab cell on a small screen. What a matplotlibrc or a start-up file had set is forgotten.
    """
    plt.rcdefaults()
    plt.rcParams.update(
        {
            "figure.figsize": (7.5, 3.8),
            "figure.dpi": 110,
            "savefig.dpi": 110,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],
            "font.size": 10,
            "axes.titlesize": 11.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.labelsize": 10,
            "axes.labelcolor": INK,
            "axes.edgecolor": "#9a9a9a",
            "axes.linewidth": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=PALETTE),
            "axes.grid": False,
            "grid.color": "#dddddd",
            "grid.linewidth": 0.7,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
            "lines.linewidth": 1.8,
            "legend.frameon": False,
            "legend.fontsize": 9,
            "mathtext.fontset": "dejavusans",
        }
    )


def time_colours(steps: int) -> NDArray[np.float64]:
    """Return one colour per time step, from dark violet (first) to green (last).

    Parameters
    ----------
    steps : time steps T, from 1 to 100 000.

    Returns
    -------
    array
        float64, shape (T, 4): red, green, blue and alpha from 0 to 1. The map is viridis, cut where it gets
        too light for white paper; lightness grows with time, so that the order survives grey printing.

    Examples
    --------
    >>> time_colours(3).shape
    (3, 4)
    """
    count = arguments.whole_number("steps", steps, at_least=1, at_most=100_000)
    return np.asarray(mpl.colormaps["viridis"](np.linspace(0.0, 0.85, count)), dtype=np.float64)


def show(figure_or_axes: Figure | Axes | Sequence[Axes] | NDArray[np.object_], alt: str) -> None:
    """Display a figure once, with an alternative text for those who cannot see it, and close it.

    The text is stored twice: as the image's alt text (used by HTML exports), and as the output's plain-text
    form (shown where there are no images, and compared by the tests).

    Parameters
    ----------
    figure_or_axes : a figure, its axes, or an array of its axes as `plt.subplots` returns it.
    alt : what is to be seen, in a sentence of at least 30 characters. Numbers that differ between machines
        do not belong there.
    """
    bundle, metadata = picture(figure_or_axes, alt)
    display(bundle, raw=True, metadata=metadata)


def picture(figure_or_axes: object, alt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Close a figure; return what `display` takes to show it: its forms by MIME type, and their metadata."""
    figure = figure_of("figure_or_axes", figure_or_axes)
    sentence = " ".join(arguments.text("alt", alt, at_least=SHORTEST_ALT).split())
    image = io.BytesIO()
    # The file must not depend on the day or on matplotlib's version.
    figure.savefig(image, format="png", metadata={"Software": None})
    plt.close(figure)
    bundle = {"image/png": image.getvalue(), "text/plain": sentence}
    return bundle, {"image/png": {"alt": sentence}}


@contextmanager
def no_figure_left() -> Iterator[None]:
    """Context manager that closes every figure opened in its block, also after an error."""
    before = set(plt.get_fignums())
    try:
        yield
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


def figure_of(name: str, drawn: object) -> Figure:
    """Return the one figure that a figure, axes or array of axes belongs to."""
    if isinstance(drawn, Figure):
        return drawn
    figures = [root_figure(ax) for ax in axes_of(name, drawn)]
    number = len(set(map(id, figures)))
    if number != 1:
        raise ValueError(f"{name} must be {_SHOWABLE}; got axes of {number} figures: show one at a time")
    return figures[0]


def axes_of(name: str, drawn: object) -> list[Axes]:
    """Return the axes that are given: all of a figure, one, or several in an array or list."""
    if isinstance(drawn, Figure):
        return list(drawn.axes)
    candidates: list[object]
    if isinstance(drawn, np.ndarray):
        candidates = list(drawn.ravel())
    else:
        candidates = list(drawn) if isinstance(drawn, (list, tuple)) else [drawn]
    for ax in candidates:
        if not isinstance(ax, Axes):
            raise TypeError(
                f"{name} must be {_SHOWABLE}; got {arguments.described(ax)}: return what the plot function"
                " returned"
            )
    return [ax for ax in candidates if isinstance(ax, Axes)]


def root_figure(ax: Axes) -> Figure:
    figure: Figure | SubFigure | None = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise ValueError("figure_or_axes must still be on a figure; got axes that were removed from theirs")
    return figure


def axes_for(ax: object, *, size: tuple[float, float] | None = None) -> Axes:
    """Return `ax`, or for None the axes of a new figure of `size` inches."""
    if ax is None:
        return plt.subplots(figsize=size, layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib Axes or None for a new figure; got {arguments.described(ax)}")
    return ax


def set_title(ax: Axes, title: str) -> None:
    """Set a left-aligned title, in as many lines as fit from the axes' left edge to what comes next.

    Call it when all else is drawn, because the labels of the y-axis move that edge.
    """
    figure = root_figure(ax)
    figure.draw_without_rendering()
    left = ax.get_window_extent().x0 / figure.dpi
    subplot = ax.get_subplotspec()
    share = 1.0 if subplot is None else subplot.colspan.stop / subplot.get_gridspec().ncols
    right = float(figure.get_size_inches()[0]) * share
    ax.set_title(title_lines(title, right - left - 0.1), loc="left")


def title_lines(title: str, width: float) -> str:
    """Return the title, broken into lines that fit a width in inches."""
    points = mpl.font_manager.FontProperties(size=mpl.rcParams["axes.titlesize"]).get_size_in_points()
    # A bold letter is 0.63 of the font size wide on average; some lines have more of the wide ones.
    return textwrap.fill(title, max(int(width * 72 / (0.63 * points)), 16))


def cell_width(ax: Axes) -> float:
    """Return how many inches of the figure are the axes', with all that stands around them."""
    width = float(root_figure(ax).get_size_inches()[0])
    subplot = ax.get_subplotspec()
    if subplot is None:
        return width
    return width * len(subplot.colspan) / subplot.get_gridspec().ncols


def levels(baselines: Mapping[str, float], *, positive: bool) -> dict[str, float]:
    """Return the baselines as floats; none is fine."""
    if isinstance(baselines, Mapping) and not baselines:
        return {}
    return arguments.numbers_by_name(
        "baselines", baselines, of="a baseline's name to its value", positive=positive
    )


def whole_ticks(*axes: Axis, at_least: int = 1, at_most: int = 10) -> None:
    """Put ticks at whole numbers only."""
    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=at_least, nbins=at_most))


def colour_bar(ax: Axes, image: ScalarMappable, label: str, place: Axes | None = None) -> Colorbar:
    """Add a colour bar without a frame, right of `ax` or in the axes `place`."""
    bar = ax.figure.colorbar(image, label=label, ax=ax, cax=place, pad=0.02)
    bar.outline.set_visible(False)
    return bar


def require_words(**texts: str) -> None:
    """Refuse a label or title that says nothing."""
    for name, value in texts.items():
        arguments.text(name, value)
