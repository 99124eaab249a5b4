"""What a page of a round says beyond counts and spreads; each part in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import request
from markupsafe import Markup

from maturity.dashboards.gap import Gaps, gaps
from maturity.dashboards.grid_reading import read_grid, scored
from maturity.dashboards.kept import asked
from maturity.dashboards.memory import Memory, results_digest
from maturity.dashboards.rollup import RolledUp, roll_up
from maturity.dashboards.scene import Scene
from maturity.dashboards.stage_queries import STAGES, staged_indexes
from maturity.dashboards.targets import TargetRow, level_namer, target_rows
from maturity.dashboards.trend import TrendRow, trend_rows
from maturity.dashboards.trend_queries import held_rounds
from maturity.dashboards.weak import WeakVariable, weak_variables
from maturity.offices.guard import current_actor
from maturity.offices.permissions import Action, may
from maturity.survey.assessments import instrument_of
from maturity.survey.targets import Targets, targets_of
from maturity.web import locale, reading

_memory: Memory[Markup] = Memory(64)
"""Some 80 kB each."""


@dataclass(frozen=True)
class Findings:
    """Of the offices that a scene's filters leave. Read once, when first asked for."""

    scene: Scene

    @cached_property
    def gaps(self) -> Gaps:
        """What was claimed beside what was verified and settled."""
        staged = staged_indexes(reading(), self.scene.round)
        return gaps(self.scene.place, staged, self.scene.frame)

    @cached_property
    def weak(self) -> tuple[WeakVariable, ...]:
        """All variables at the stage shown, the weakest first."""
        scene = self.scene
        cells = read_grid(reading(), scene.round, scored(scene.place), stage=scene.stage,
                          locale=locale())  # fmt: skip
        return weak_variables(cells, scene.frame)

    @cached_property
    def trend(self) -> tuple[TrendRow, ...]:
        """Each earlier round beside this one, on what compares."""
        scene, offices = self.scene, {row.code for row in self.scene.place}
        return trend_rows(*held_rounds(reading(), scene.round, offices, stage=scene.stage))

    @cached_property
    def rollup(self) -> tuple[RolledUp, ...]:
        """The country, or the province, and what lies below it."""
        scene = self.scene
        return roll_up(scene.place, scene.frame, scene.province)

    @cached_property
    def targets(self) -> tuple[TargetRow, ...]:
        """The offices beside the targets of the round; none where none is set."""
        scene = self.scene
        level_of = level_namer(instrument_of(scene.round), scene.frame)
        return target_rows(scene.place, scene.frame, self._goals, level_of)

    def kept(self, caller: Callable[[], Markup]) -> Markup:
        """What a page makes of all this, worked out and written once while results, targets and
        offices stay as they are: the greater part of the work of a page of all offices."""
        scene, session = self.scene, reading()
        results = (
            results_digest(session, [scene.round], *STAGES),
            results_digest(session, scene.before, scene.stage),
        )
        address = request.script_root, request.path, tuple(sorted(asked().items()))
        reader = locale(), scene.stage, scene.wish.kind, scene.wish.province, self.variable_pages
        goals = tuple(sorted(self._goals.items()))
        return _memory.get((results, scene.offices_digest, goals, address, reader), caller)

    @cached_property
    def _goals(self) -> Targets:
        return targets_of(reading(), self.scene.round)

    @property
    def variable_pages(self) -> bool:
        """Whether this reader may open the pages of variables."""
        return may(current_actor(), Action.SEE_ROUND)
