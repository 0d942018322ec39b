"""Plots of a network and of what it does.

Every plot function takes arrays and `ax=None`, draws on that axes or on a new figure, and returns the axes.
`title` is the finding, in words. None calls `plt.show`: a lesson ends its cell with
`cu.plotting.show(ax, "what is to be seen, in a sentence")`. Colours are those of Okabe and Ito, and no
category is told by colour alone. Time steps have colours of their own, from `time_colours`.
`drawn` reads back what a figure shows, by name, so that a lesson can check it.

- The network: `unrolled_network`.
- Long series in windows: `windows_of_series`, `flattening`; their bits: `bit_rows`.
- Over time: `training_curves`, `heat_map`, `step_series`.
- Over the lengths of sequences: `padded_batch`, `curves_by_length`.
- Both axes logarithmic: `growth`.
- Values: `tanh_saturation`, `bars`, `distributions`.
- Functions of a number that is varied, or of two: `curves_over`, `loss_surface`.
- Values in groups: `class_columns`, `strip`.
- Images: `image_rows`.
- Processes: `progress_of_workers`.
- Inside a gated cell: `gate_maps`.
"""

from __future__ import annotations

from course_utils.plotting.bits import bit_rows
from course_utils.plotting.canvas import PALETTE, show, time_colours, use_style
from course_utils.plotting.categories import bars, class_columns, strip
from course_utils.plotting.curves import growth, step_series, training_curves
from course_utils.plotting.diagrams import unrolled_network
from course_utils.plotting.functions import curves_over, tanh_saturation
from course_utils.plotting.gates import gate_maps
from course_utils.plotting.heatmaps import heat_map, loss_surface
from course_utils.plotting.histograms import distributions
from course_utils.plotting.images import image_rows
from course_utils.plotting.lengths import curves_by_length, padded_batch
from course_utils.plotting.readback import drawn
from course_utils.plotting.windows import flattening, windows_of_series
from course_utils.plotting.workers import progress_of_workers

__all__ = [
    "PALETTE",
    "bars",
    "bit_rows",
    "class_columns",
    "curves_by_length",
    "curves_over",
    "distributions",
    "drawn",
    "flattening",
    "gate_maps",
    "growth",
    "heat_map",
    "image_rows",
    "loss_surface",
    "padded_batch",
    "progress_of_workers",
    "show",
    "step_series",
    "strip",
    "tanh_saturation",
    "time_colours",
    "training_curves",
    "unrolled_network",
    "use_style",
    "windows_of_series",
]
