"""What a page of a round says beyond counts and spreads; each part in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from maturity.dashboards.gap import Gaps, gaps
from maturity.dashboards.scene import Scene
from maturity.dashboards.stage_queries import staged_indexes
from maturity.web import reading


@dataclass(frozen=True)
class Findings:
    """Of the offices that a scene's filters leave. Read once, when first asked for."""

    scene: Scene

    @cached_property
    def gaps(self) -> Gaps:
        """What was claimed beside what was verified and settled."""
        staged = staged_indexes(reading(), self.scene.round)
        return gaps(self.scene.place, staged, self.scene.frame)
