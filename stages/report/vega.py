"""What draws the pictures of `dvc plots show`, as a script that needs no network.

DVC's own page loads it from one; that of .dvc/plots/page.html takes it from here.
"""

from __future__ import annotations

from functools import cache

from vl_convert import javascript_bundle

VERSION = "5.20"  # of Vega-Lite, whose fifth DVC's templates are written for


@cache
def vega() -> str:
    """Vega, Vega-Lite and the function vegaEmbed that puts a picture on a page."""
    return javascript_bundle("window.vegaEmbed = vegaEmbed;", VERSION)
