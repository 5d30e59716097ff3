"""How often something may happen: token buckets in the memory of one process.

Each serving process counts for itself: N processes let N times the limit through.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil
from threading import Lock

_MINUTE_S = 60.0


class Buckets:
    """A bucket a key: full it allows a minute's worth at once, and it fills evenly.

    At most `size` are kept; the one used longest ago is forgotten, which is to be full again.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._lock = Lock()
        self._filled: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        """Whether the key was met lately."""
        return key in self._filled

    def take(self, key: Hashable, per_minute: int) -> int:
        """Take one; 0 when there was one, else the seconds until there is. A limit of 0 is none."""
        with self._lock:
            left = self._left(key, per_minute)
            taken = per_minute <= 0 or left >= 1
            self._filled[key] = left - 1 if taken else left, self._clock()
            self._filled.move_to_end(key)
            if len(self._filled) > self._size:
                self._filled.popitem(last=False)
        return 0 if taken else self._wait_s(left, per_minute)

    def wait_s(self, key: Hashable, per_minute: int) -> int:
        """Seconds until there is one to take; takes none."""
        with self._lock:
            left = self._left(key, per_minute)
        return 0 if per_minute <= 0 or left >= 1 else self._wait_s(left, per_minute)

    def clear(self) -> None:
        with self._lock:
            self._filled.clear()

    def _left(self, key: Hashable, per_minute: int) -> float:
        if key not in self._filled:
            return float(per_minute)
        left, at = self._filled[key]
        return min(float(per_minute), left + (self._clock() - at) * per_minute / _MINUTE_S)

    @staticmethod
    def _wait_s(left: float, per_minute: int) -> int:
        return max(1, ceil((1 - left) * _MINUTE_S / per_minute))
