"""The systems that import_system reads."""

from collections.abc import Mapping

from integrations.systems.declarations import System
from integrations.systems.s1 import S1
from integrations.systems.s2 import S2
from integrations.systems.s3 import S3
from integrations.systems.s4 import S4
from integrations.systems.s5 import S5

SYSTEMS: Mapping[str, System] = {system.kind: system for system in (S1, S2, S3, S4, S5)}
