"""Dividing the work: who takes care of which section, and links for one section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from wtforms.validators import AnyOf, DataRequired, Length

from maturity.errors import MaturityError
from maturity.offices.forms import Form, LineField
from maturity.offices.guard import permit
from maturity.offices.invites import public_address
from maturity.offices.models import Person
from maturity.offices.permissions import Action
from maturity.survey import section_letters, sections
from maturity.survey.assessments import Work
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    is_closed,
    open_work,
    section_or_404,
)
from maturity.survey.forms import number
from maturity.survey.instrument import Branch, Instrument
from maturity.survey.models import Assessment
from maturity.survey.pages import Pages, Row
from maturity.survey.section_models import SectionLink
from maturity.survey.sections import NewLink
from maturity.web import locale, now, reading, services, writing

_DAYS = tuple(map(str, sections.DAYS))


class ShareForm(Form):
    """Which section is opened, to whom, for how long."""

    section = LineField(validators=[DataRequired(_("Pilih bagian yang dibagikan."))])
    name = LineField(validators=[DataRequired(_("Tulis nama orang yang akan mengisi."))])
    email = LineField(validators=[Length(max=254, message=_("Alamat surel terlalu panjang."))])
    days = LineField(validators=[AnyOf(_DAYS, _("Pilih masa berlaku."))])


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with how far it is and who takes care of it."""

    id: str
    row: Row
    person_id: int | str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that was made."""

    id: int
    name: str
    email: str
    section: str
    maker: str
    created_at: datetime
    until: datetime
    state: str
    answers: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class SharingPage:
    """How the work on an assessment is divided."""

    assessment: Assessment
    rows: tuple[SectionRow, ...]
    people: tuple[Person, ...]
    links: tuple[LinkRow, ...]
    closed: bool


@bp.get("/assessments/<int:assessment_id>/sections")
@permit(Action.SHARE_WORK, assessment_thing)
def sharing(assessment_id: int) -> ResponseReturnValue:
    """Who takes care of which section."""
    form = ShareForm(formdata=None, section=request.args.get("share", ""), days="7")
    return _page(assessment_id, form)


@bp.post("/assessments/<int:assessment_id>/sections")
@permit(Action.SHARE_WORK, assessment_thing)
def assign_sections(assessment_id: int) -> ResponseReturnValue:
    """Give sections to people: those that this form changes, and no others."""
    wanted = _wanted(open_work(assessment_id, with_evidence=False).instrument)
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        changed = sections.assign(session, assessment, wanted, author=author())
    words = gettext("Pembagian tugas tersimpan.") if changed else gettext("Tidak ada perubahan.")
    flash(words, "success" if changed else "info")
    return redirect(url_for("survey.sharing", assessment_id=assessment_id), 303)


def _wanted(instrument: Instrument) -> dict[str, int | None]:
    """What the form changes: a page that stood open a while undoes nobody else's choice."""
    found: dict[str, int | None] = {}
    for section in instrument.sections:
        said = request.form.get(f"who:{section.id}")
        if said is not None and said != request.form.get(f"was:{section.id}", ""):
            found[section.id] = number(said)
    return found


@bp.post("/assessments/<int:assessment_id>/links")
@permit(Action.SHARE_WORK, assessment_thing)
def share_section(assessment_id: int) -> ResponseReturnValue:
    """Make a link for one section, and show it once."""
    form = ShareForm()
    if not form.validate_on_submit():
        return _page(assessment_id, form, status=422)
    work = open_work(assessment_id, with_evidence=False)
    section = section_or_404(work.instrument, form.section.data)
    new = NewLink(form.name.data, form.email.data or "", form.days.data)
    try:
        base = public_address(services().settings.base_url, request.host_url)
        with writing() as session:
            assessment = assessment_or_404(session, assessment_id, held=True)
            token = _shared(session, assessment, section, new=new, base=base)
    except MaturityError as error:
        form.blame(error)
        return _page(assessment_id, form, status=error.status)
    address = base + url_for("survey.open_link", token=token)
    cookie["new_section_link"] = {
        "name": form.name.data,
        "email": form.email.data or "",
        "address": address,
        "mailed": bool(services().settings.smtp and new.email.strip()),
    }
    return redirect(url_for("survey.sharing", assessment_id=assessment_id, _anchor="tautan"), 303)


def _shared(
    session: Session, assessment: Assessment, section: Branch, *, new: NewLink, base: str
) -> str:
    """A new link's token; where there is a mail server, its letter is ordered as well."""
    settings, who = services().settings, author()
    if not settings.smtp:
        return sections.share(session, assessment, section, new, author=who)
    secret = settings.secret()
    token_of = partial(section_letters.token_of, secret=secret)
    token = sections.share(session, assessment, section, new, author=who, token_of=token_of)
    section_letters.order(session, token, base=base, locale=locale(), at=who.now)
    return token


@bp.post("/assessments/<int:assessment_id>/links/<int(max=2147483647):link_id>/revoke")
@permit(Action.SHARE_WORK, assessment_thing)
def revoke_link(assessment_id: int, link_id: int) -> ResponseReturnValue:
    """End a link at once."""
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        link = session.get(SectionLink, link_id)
        if link is None or link.assessment_id != assessment.id:
            abort(404)
        ended = sections.revoke(session, assessment, link_id, author=author())
        name = link.name
    if ended:
        flash(gettext("Tautan untuk %(name)s sudah dicabut.", name=name), "success")
    else:
        flash(gettext("Tautan itu sudah berakhir sebelumnya."), "info")
    return redirect(url_for("survey.sharing", assessment_id=assessment_id, _anchor="tautan"), 303)


def _page(assessment_id: int, form: ShareForm, *, status: int = 200) -> tuple[str, int]:
    session, work = reading(), open_work(assessment_id)
    page = SharingPage(
        assessment=work.assessment,
        rows=tuple(_rows(session, work)),
        people=tuple(sections.colleagues(session, work.assessment.office_code)),
        links=tuple(_links(session, work)),
        closed=is_closed(work.assessment),
    )
    new = cookie.pop("new_section_link", None)
    told = {"new": new, "days": sections.DAYS, "mails": bool(services().settings.smtp)}
    body = render_template("survey/sharing.html", page=page, form=form, **told)
    return body, status


def _rows(session: Session, work: Work) -> list[SectionRow]:
    pages, given = Pages(session, work), sections.assigned(session, work.assessment)
    return [
        SectionRow(one.id, pages.task(one), given[one.id].id if one.id in given else "")
        for one in work.instrument.sections
    ]


def _links(session: Session, work: Work) -> list[LinkRow]:
    titles = {one.id: one.title.in_(locale()) for one in work.instrument.sections}
    uses = sections.uses(session, work.assessment)
    found = []
    for link in sections.links(session, work.assessment):
        maker = session.get(Person, link.created_by_id) if link.created_by_id else None
        use = uses.get(link.id)
        moments = [at for at in (link.opened_at, use.last_at if use else None) if at is not None]
        found.append(
            LinkRow(
                id=link.id,
                name=link.name,
                email=link.email,
                section=titles.get(link.section, link.section),
                maker=maker.name if maker else "",
                created_at=link.created_at,
                until=link.revoked_at or link.expires_at,
                state=sections.state_of(session, link, now()).value,
                answers=use.answers if use else 0,
                last_at=max(moments, default=None),
            )
        )
    return found
