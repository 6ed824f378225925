"""The paper that charts are printed on."""

from __future__ import annotations

MARGIN = 10
"""The margins on paper, in millimetres."""

PAGE_LONG, PAGE_SHORT = (297 - 2 * MARGIN) * 72 / 25.4, (210 - 2 * MARGIN) * 72 / 25.4
"""What A4 leaves between its margins, in points."""

SMALLEST = 0.72
"""How much smaller a chart may be printed: letters of 10 points stay above 7."""


def scale_on_page(width: float, height: float) -> float:
    """Give how much smaller a picture must be printed to fit on a page, upright or lying; one where it fits as it is.

    >>> scale_on_page(600, 500), round(scale_on_page(1570, 500), 2)
    (1.0, 0.5)
    """
    return min(1.0, max(_upright(width, height), _lying(width, height)))


def lies_better(width: float, height: float) -> bool:
    """Tell whether a picture is larger on a page that lies.

    >>> lies_better(600, 500), lies_better(500, 600)
    (True, False)
    """
    return _lying(width, height) > _upright(width, height)


def _upright(width: float, height: float) -> float:
    return min(PAGE_SHORT / width, PAGE_LONG / height)


def _lying(width: float, height: float) -> float:
    return min(PAGE_LONG / width, PAGE_SHORT / height)
