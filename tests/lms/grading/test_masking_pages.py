"""伏せ字 through HTTP: what the office sees and keeps, what graders read then, and what the participant goes on reading."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.grading.models import Assignment, Essay, EssayMasking, MarkDraft
from lms.grading.queries.desk import get_desk_page, list_queue
from lms.grading.queries.masking import (
    MaskingPage,
    MaskingState,
    get_masking_page,
    graded_texts,
    latest_maskings,
    list_masking_lines,
)
from lms.grading.rules.leasing import OpenedPage
from lms.grading.rules.masking import MaskKind, Span
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.services.leasing import take_lease
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.masking import mask_essay, note_nothing_to_mask
from tests.databases import ROOT
from tests.factories import Factory
from tests.lms.grading.builders import Sat, also_office, graders, open_assignments, opened, sheet, sit

NAME, COMPANY = "架空 伏実", "架空伏字商事株式会社"
ESSAY = "私は架空伏実です。\n" + "当社、架空伏字商事では北町店で事実を時系列で整理し、複数名で対応する。" * 24


@pytest.fixture
def sat(app: Flask, make: Factory) -> Sat:
    sat = sit(make, people=2, essay=ESSAY)
    with app.app_context():
        participant = db.session.get_one(Participant, sat.seats[0].participant_id)
        participant.certificate_name, participant.company = NAME, COMPANY
        db.session.get_one(User, sat.seats[0].user_id).name = NAME
        db.session.commit()
    return sat


def essay_of(sat: Sat, number: int = 0) -> int:
    found = select(Essay.id).where(Essay.window_id == sat.window_id, Essay.candidate_number == sat.numbers[number])
    return db.session.scalars(found.order_by(Essay.id)).all()[0]


def refusal(sat: Sat, essay_id: int, spans: list[Span], reason: str = "氏名", *, seen: int = 0, by: int = 0) -> Refusal:
    with pytest.raises(Refused) as refused:
        mask_essay(essay_id, spans, reason, seen=seen, by=by or sat.office, now=clock.now())
    db.session.rollback()
    return refused.value.reason


@pytest.mark.database("sqlite")
def test_the_office_covers_names_and_graders_read_the_covered_text(app: Flask, make: Factory, sat: Sat) -> None:
    desk = make.login(sat.office)
    desk.get(f"/office/cohorts/{sat.cohort_id}/grading/masking")
    assert "採点を始めると伏せ字を入れられます" in desk.text
    opened(make, sat, graders(make))
    desk.get(f"/office/cohorts/{sat.cohort_id}/grading")
    assert "答案の伏せ字を確かめる" in desk.text
    with app.app_context():
        essay_id = essay_of(sat)
    address = f"/office/cohorts/{sat.cohort_id}/grading/masking/{essay_id}"
    desk.get(address)
    assert "本人の氏名" in desk.text
    assert "本人の会社名" in desk.text
    token = desk.csrf(address)
    chosen = [f"{each.span.start}-{each.span.end}-{each.span.kind.value}" for each in page_of(app, essay_id).suggestions]
    form = {"csrf_token": token, "span": chosen}
    desk.post(address, data={**form, "intent": "find", "quote": "北町 店", "kind": "place"})
    assert "24箇所見つかりました" in desk.text
    desk.post(address, data={**form, "intent": "find", "quote": "西町店", "kind": "place"})
    assert "「西町店」は答案の中に見つかりません" in desk.text
    start = ESSAY.index("北町店")
    form["span"] = [*chosen, f"{start}-{start + 3}-place"]
    desk.post(address, data={**form, "intent": "preview"})
    assert "私は■■(氏名)です。" in desk.text
    assert "■■(地名)" in desk.text
    desk.post(address, data={**form, "intent": "save", "seen": "0", "reason": ""})
    assert "理由を入力してください" in desk.text
    desk.post(address, data={**form, "intent": "save", "seen": "0", "reason": "氏名と会社名"}, follow_redirects=True)
    assert "伏せ字あり" in desk.text
    desk.post(address, data={**form, "intent": "save", "seen": "0", "reason": "氏名と会社名"})
    assert "ほかの担当者が伏せ字を変えました" in desk.text
    with app.app_context():
        given = db.session.scalars(select(Assignment).where(Assignment.essay_id == essay_id)).all()
        for each in given:
            read = "\n".join(part.text for part in get_desk_page(each.public_id, grader_id=each.grader_id).paragraphs)
            assert read == graded_texts([essay_id])[essay_id] == latest_maskings([essay_id])[essay_id].text
            assert not any(word in read for word in ("伏実", "伏字商事"))
            assert "北町店" in read
        assert db.session.get_one(Essay, essay_id).text == ESSAY.strip("\n")


def page_of(app: Flask, essay_id: int) -> MaskingPage:
    with app.app_context():
        return get_masking_page(essay_id)


@pytest.mark.database("sqlite")
def test_a_grader_of_the_window_reads_no_original(app: Flask, make: Factory, sat: Sat) -> None:
    staff = graders(make)
    opened(make, sat, staff)
    both = make.login(also_office(make, staff[0]))
    with app.app_context():
        essay_id = essay_of(sat)
        assert refusal(sat, essay_id, [Span(0, 1, MaskKind.NAME)], by=staff[0]) is Refusal.READS_BLIND
        with pytest.raises(Refused):
            note_nothing_to_mask(sat.window_id, by=staff[0], now=clock.now())
    both.get(f"/office/cohorts/{sat.cohort_id}/grading/masking")
    assert "伏せる前の答案を読めません" in both.text
    assert both.get(f"/office/cohorts/{sat.cohort_id}/grading/masking/{essay_id}").status_code == 403


def test_every_revision_is_kept_and_nothing_changes_once_a_mark_is_confirmed(app: Flask, make: Factory, sat: Sat) -> None:
    opened(make, sat, graders(make))
    with app.app_context():
        essay_id, name = essay_of(sat), Span(2, 6, MaskKind.NAME)
        assert refusal(sat, essay_id, [name], " ") is Refusal.REASON_NEEDED
        assert refusal(sat, essay_id, [Span(9, 9999, MaskKind.NAME)]) is Refusal.PASSAGE_OUTSIDE
        assert mask_essay(essay_id, [name], "氏名", seen=0, by=sat.office, now=clock.now()) == 1
        assert refusal(sat, essay_id, [name]) is Refusal.MASKING_MOVED_ON
        assert mask_essay(essay_id, [], "", seen=1, by=sat.office, now=clock.now()) == 2
        assert graded_texts([essay_id])[essay_id] == db.session.get_one(Essay, essay_id).text
        assert mask_essay(essay_id, [name], "氏名", seen=2, by=sat.office, now=clock.now()) == 3
        assert db.session.query(EssayMasking).count() == 3
        first = next(each for each in open_assignments(sat.window_id) if each.essay_id == essay_id)
        confirm_mark(first.public_id, sheet(essay_id, 3), by=first.grader_id, now=clock.now())
        assert refusal(sat, essay_id, [], "", seen=3) is Refusal.MARKED_ALREADY


def test_a_passage_highlighted_in_a_draft_stays_where_it_was(app: Flask, make: Factory, sat: Sat) -> None:
    opened(make, sat, graders(make))
    with app.app_context():
        essay_id = essay_of(sat)
        text = db.session.get_one(Essay, essay_id).text
        start = text.index("時系列")
        given = next(each for each in open_assignments(sat.window_id) if each.essay_id == essay_id)
        marks = [{"start": start, "end": start + 3, "text": "ここ"}, {"start": 2, "end": 4, "text": "氏"}]
        db.session.add(
            MarkDraft(assignment_id=given.id, version=4, body={"highlights": marks, "page": "a"}, saved_at=clock.now())
        )
        other = next(each for each in open_assignments(sat.window_id) if each.essay_id == essay_id and each.id != given.id)
        take_lease(other.public_id, device="d", by=other.grader_id, now=clock.now())
        db.session.commit()
        for seen, spans in enumerate(([Span(2, 6, MaskKind.NAME)], [])):
            mask_essay(essay_id, spans, "氏名", seen=seen, by=sat.office, now=clock.now())
            draft, now_read = db.session.get_one(MarkDraft, given.id), graded_texts([essay_id])[essay_id]
            words = [now_read[each["start"] : each["end"]] for each in draft.body["highlights"]]
            assert words == ["時系列", "■■(氏名)"] if spans else ["時系列", "架空伏実"]
        assert (draft.version, "page" in draft.body) == (6, False)
        for each, seen in ((given, OpenedPage("a", 4)), (other, OpenedPage("b", 0))):
            with pytest.raises(Refused) as refused:
                save_draft(each.public_id, sheet(essay_id, 3), by=each.grader_id, now=clock.now(), device="d", opened=seen)
            assert refused.value.reason is Refusal.STALE_DRAFT
            db.session.rollback()


@pytest.mark.database("sqlite")
def test_a_later_round_is_read_with_the_masking_of_the_earlier_one(app: Flask, make: Factory, sat: Sat) -> None:
    opened(make, sat, graders(make))
    with app.app_context():
        essay_id = essay_of(sat)
        mask_essay(essay_id, [Span(2, 6, MaskKind.NAME)], "氏名", seen=0, by=sat.office, now=clock.now())
        first = db.session.get_one(Essay, essay_id)
        columns = {column.name: getattr(first, column.name) for column in Essay.__table__.columns if column.name != "id"}
        again = Essay(**columns | {"round": 2})
        db.session.add(again)
        db.session.commit()
        assert graded_texts([again.id])[again.id] == graded_texts([essay_id])[essay_id] != first.text
        mask_essay(again.id, [], "", seen=1, by=sat.office, now=clock.now())
        assert graded_texts([again.id, essay_id])[again.id] == first.text != graded_texts([essay_id])[essay_id]


@pytest.mark.database("sqlite")
def test_where_the_association_wants_it_graders_wait_for_the_office(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    rules = tmp_path / "content/exams/practitioner/grading.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("before_grading: false", "before_grading: true"), encoding="utf-8")
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], content=tmp_path / "content"))
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    desk = make.login(sat.office)
    with app.app_context():
        assert [len(list_queue(grader)) for grader in staff] == [0, 0, 0]
        hidden = open_assignments(sat.window_id)[0]
    assert make.login(hidden.grader_id).get(f"/grading/{hidden.public_id}").status_code == 404
    desk.submit(f"/office/cohorts/{sat.cohort_id}/grading/masking", {}, action="/masking?window=1")
    assert "候補のない答案2件を「伏せる箇所なし」としました" in desk.text
    with app.app_context():
        assert {each.state for each in list_masking_lines(sat.window_id)} == {MaskingState.CLEAR}
        assert sum(len(list_queue(grader)) for grader in staff) == 4
