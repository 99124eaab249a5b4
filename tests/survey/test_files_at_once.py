"""One content handed in by many offices at the same moment, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import select

from maturity.db import Database
from maturity.survey.answers import Author
from maturity.survey.file_evidence import Use, attach_file, shared_by, take
from maturity.survey.file_models import EvidenceFile, StoredFile
from maturity.survey.files import FolderStore
from maturity.survey.models import Assessment
from tests.builders import BANTEN, LEBAK, TANGERANG, make_assessment, make_round
from tests.clock import START
from tests.survey.made_files import CSV

OFFICES = (BANTEN, LEBAK, TANGERANG)


def test_offices_that_hand_in_one_content_at_once_share_it(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        round_ = make_round(session)
        made = [make_assessment(session, round_=round_, office=one).id for one in OFFICES]
    store, ready = FolderStore(tmp_path / "files"), Barrier(len(made))

    def hand_in(assessment_id: int) -> str:
        ready.wait(timeout=30)
        taken = take(store, CSV, most=1000)
        with database.write() as session:
            assessment = session.get_one(Assessment, assessment_id)
            use = Use(f"{assessment.office_code}.csv")
            attach_file(session, assessment, "V01", taken, use=use, author=Author(None, START))
        return taken.sha256

    with ThreadPoolExecutor(len(made)) as pool:
        [sha256] = set(pool.map(hand_in, made))
    assert [path.name for path in store.root.rglob("*") if path.is_file()] == [sha256[2:]]
    with database.read() as session:
        assert len(session.scalars(select(StoredFile)).all()) == 1
        names = session.scalars(select(EvidenceFile.name_as_given))
        assert sorted(names) == sorted(f"{one}.csv" for one in OFFICES)
        assert [office.code for office in shared_by(session, sha256)] == sorted(OFFICES)
