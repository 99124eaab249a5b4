"""A worker with its letters, and people with assessments to be told about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from flask import Flask

from maturity.config import Settings
from maturity.mail import outbox
from maturity.survey import reminders
from maturity.web import Services
from maturity.worker.kinds import HANDLERS, SCHEDULE
from maturity.worker.loop import Worker
from tests.clock import Clock

KINDS = (outbox.KIND, reminders.KIND)


@dataclass
class Mail:
    """Letters as files; ``new`` gives those that came since it was last asked."""

    app: Flask
    clock: Clock
    seen: set[str] = field(default_factory=set)

    @property
    def services(self) -> Services:
        return cast(Services, self.app.extensions["maturity"])

    @property
    def folder(self) -> Path:
        return self.services.settings.data / "mail"

    def use(self, **more: str) -> None:
        """Change settings of the running application, such as ``smtp``."""
        settings: Settings = replace(self.services.settings, **more)  # type: ignore[arg-type]
        self.app.extensions["maturity"] = replace(self.services, settings=settings)

    def work(self) -> int:
        """Do what is due, without looking for reminders."""
        return Worker(self.app, HANDLERS, kinds=KINDS).drain()

    def at(self, moment: datetime) -> list[EmailMessage]:
        """Let the worker look for reminders at a moment, and send them; what is new."""
        self.clock.at = moment
        Worker(self.app, HANDLERS, schedule=SCHEDULE, kinds=KINDS).drain()
        return self.new()

    def new(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.eml"), key=lambda one: one.name)
        fresh = [one for one in files if one.name not in self.seen]
        self.seen |= {one.name for one in fresh}
        read = [message_from_bytes(one.read_bytes(), policy=default) for one in fresh]
        return [cast(EmailMessage, one) for one in read]


def told(letters: list[EmailMessage]) -> dict[str, str]:
    """Recipient to subject and text; each gets one."""
    found = {
        str(one["To"]): f"{one['Subject']}\n\n{one.get_content()}".replace("\r", "")
        for one in letters
    }
    assert len(found) == len(letters), "somebody got two"
    return found
