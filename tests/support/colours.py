"""How well colours can be told apart, for tests of what is written on them."""

from matplotlib.colors import to_rgb


def contrast(one, other):
    """The contrast ratio of WCAG 2, from 1 to 21."""
    lights = []
    for colour in (one, other):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    return max(lights) / min(lights)
