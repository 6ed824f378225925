"""What a module imports: little, since an import is paid for at every start."""

from __future__ import annotations

_HEAD = """\
# ruff: noqa: E501, N802, N803, N806, N815, PLC0415, RUF100
from __future__ import annotations

{dates}from bisect import bisect_right
{decimal}
TYPE_CHECKING = False
if TYPE_CHECKING:
{dates_of_types}    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from typing import Any{literal}
"""

_LATER = '''\
else:

    class _Later:
        """Stands for `datetime`, which is loaded once something of it is asked for: nothing here is a date."""

        def __getattr__(self, name: str) -> Any:
            import datetime

            return getattr(datetime, name)

    dt = _Later()
'''


def head(*, dates: bool, decimals: bool, literals: bool) -> str:
    """Give the imports of a module; only those of modules with dates load `datetime` at once."""
    text = _HEAD.format(
        dates="import datetime as dt\n" if dates else "",
        dates_of_types="" if dates else "    import datetime as dt\n",
        decimal="from decimal import Decimal\n" if decimals else "",
        literal=", Literal" if literals else "",
    )
    return text if dates else text + _LATER
