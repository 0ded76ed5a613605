"""Times as granules write them: ISO 8601, in any time zone, with leap seconds."""

from __future__ import annotations

import re

import numpy as np

_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<minute>\d\d:\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?)?"
    r"(?: ?(?:[Zz]|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?))?",
    re.ASCII,
)


def parse_time(text: str) -> np.datetime64:
    """Return a time in UTC, datetime64[ms], further digits cut off. A text without a time zone is taken as UTC.

    A leap second (23:59:60, at the end of a month) is the first second of the next day, as all clocks without leap
    seconds count it; so do the products' own seconds.

    Raises:
        ValueError: the text is no time.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a time: {text!r}")
    second, offset = int(found["second"] or 0), np.timedelta64(0, "m")
    minute = np.datetime64(f"{found['day']}T{found['minute'] or '00:00'}", "m")
    if found["sign"]:
        minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
        offset = np.timedelta64(-minutes if found["sign"] == "-" else minutes, "m")
    utc = minute - offset
    next_minute = utc + np.timedelta64(1, "m")
    ends_a_month = next_minute == next_minute.astype("datetime64[M]").astype("datetime64[m]")
    if second > 60 or (second == 60 and not ends_a_month):
        raise ValueError(f"not a time: {text!r}")
    milliseconds = int((found["fraction"] or "")[:3].ljust(3, "0"))
    time: np.datetime64 = utc.astype("datetime64[ms]") + np.timedelta64(second * 1000 + milliseconds, "ms")
    return time
