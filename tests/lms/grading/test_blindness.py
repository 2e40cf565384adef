"""Blindness both ways: 50 people's names reach no grader, graders' names and marks no participant, no result leaves early."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.accounts.models import StaffRole, User
from lms.cohorts.models import Participant
from lms.config import ROOT
from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.papers import draw_paper, paper_sha256, paper_to_json
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.rules.sitting import HandInKind
from lms.exams.source import load_exam
from lms.grading.models import Assignment, Essay, GraderMarkRow, ResultRow
from lms.grading.queries.masking import get_masking_page
from lms.grading.rules.highlights import Highlight
from lms.grading.rules.masking import Clue
from lms.grading.rules.parts import GraderPart
from lms.grading.services.adjudicating import arrange_adjudications
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.masking import mask_essay
from lms.grading.services.opening import open_grading
from lms.grading.services.reassigning import reassign
from lms.grading.services.results import release_results
from lms.mail.models import OutgoingMail
from lms.terms.queries import get_current_terms
from lms.terms.services import consent
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.grading.blind_watch import Canaries, Values, readings, visit_closed, visit_everything
from tests.lms.grading.builders import SENTENCE, Sat, _answers, calibrate, finalize, open_assignments, sheet
from tests.page import PageClient

PEOPLE = 50
RIGHT = 37
KANA = "アイウエオカキクケコ"
OF_PARTICIPANTS = Canaries(
    r"匿名\d\d家|秘匿\d\d代|カナリヤ[ア-コ]|ヒスイ[ア-コ]|蒼鷺\d\d|翡翠\d\d課|canary\d\d|mail\d\d\.example|翠鳥\d\d",
    ("匿名", "秘匿", "カナリヤ", "ヒスイ", "蒼鷺", "翡翠", "canary", ".example", "翠鳥"),
)
OF_GRADERS = Canaries(
    r"灰鷺\d|黒鷺\d|ハイサギ|grader\d@|grading\d\.example|91827364\d", ("鷺", "ハイサギ", "grader", ".example", "91827364")
)
OF_MARKS = Canaries(r"内部所見\d|候補講評\d|印の注\d|上限の訳\d", ("内部所見", "候補講評", "印の注", "上限の訳"))
MAIL = "canary{0:02}@mail{0:02}.example"

pytestmark = pytest.mark.database("sqlite")


@dataclass(frozen=True)
class Hall:
    """Fifty people's essays, full of names, and four people who grade them."""

    app: Flask
    make: Factory
    sat: Sat
    graders: tuple[int, ...]

    def values(self, *own: str) -> Values:
        """Ids that exist: some of everybody's, with those of the visitor first."""
        with self.app.app_context():
            given = db.session.scalars(select(Assignment.public_id).order_by(Assignment.id).limit(3)).all()
            attempts = db.session.scalars(select(Attempt.public_id).order_by(Attempt.id).limit(2)).all()
            essays = db.session.scalars(select(Essay.id).where(Essay.anchor_id.is_(None)).limit(2)).all()
        seats = self.sat.seats
        return {
            "public_id": (*own[:2], *given[:2], *attempts[:1], "0" * 32),
            "participant_id": (seats[0].participant_id, seats[-1].participant_id),
            "cohort_id": (self.sat.cohort_id,),
            "window_id": (self.sat.window_id,),
            "user_id": (seats[0].user_id, self.sat.office),
            "essay_id": essays,
            "exam_id": ("practitioner",),
            "rubric_id": ("T1",),
            "number": (1, "K1-1001"),
        }


def build_hall(app: Flask, make: Factory, count: int = PEOPLE) -> Hall:
    """So many people who handed in, and grading that was opened."""
    cohort_id = make.cohort()
    office, releaser = make.staff(Role.OFFICE), make.staff(Role.OFFICE)
    with app.app_context():
        now = clock.now()
        staff = [
            User(
                id=918273640 + n, email=f"grader{n}@grading{n}.example", name=f"灰鷺{n} 黒鷺{n}", kana="ハイサギ", created_at=now
            )
            for n in range(4)
        ]
        people = [_person(number) for number in range(count)]
        window = ExamWindow(
            cohort_id=cohort_id, exam_id="practitioner", number=1, opens_at=now - timedelta(days=3), closes_at=now
        )
        paper = draw_paper(load_exam(ROOT / "content", "practitioner"), seed="blind")
        body = paper_to_json(paper)
        stored = StoredPaper(
            exam_id="practitioner",
            exam_version=paper.exam_version,
            seed="blind",
            body=body,
            sha256=paper_sha256(body),
            drawn_at=now,
        )
        db.session.add_all([*people, window, stored])
        db.session.flush()
        db.session.add_all(staff)
        db.session.flush()
        db.session.add_all(StaffRole(user_id=each.id, role=Role.GRADER, given_at=now) for each in staff)
        seats = [_seat(number, person, cohort_id) for number, person in enumerate(people)]
        db.session.add_all(seats)
        db.session.flush()
        attempts = [_attempt(seat, window.id, stored.id) for seat in seats]
        db.session.add_all(attempts)
        db.session.flush()
        for number, attempt in enumerate(attempts):
            answers = _answers(paper, right=RIGHT, essay=essay_of(number))
            submission = Submission(attempt_id=attempt.id, number=1, kind=HandInKind.PARTICIPANT, answers=answers)
            submission.sha256 = sha256_hex(canonical_json(answers))
            submission.submitted_at = submission.recorded_at = now - timedelta(hours=1)
            db.session.add(submission)
        db.session.commit()
        numbers = tuple(attempt.candidate_number for attempt in attempts)
        kept = tuple(Seat(seat.user_id, seat.id, cohort_id, "", seat.certificate_name) for seat in seats)
        sat = Sat(window.id, cohort_id, kept, numbers, office, releaser)
        grader_ids = tuple(each.id for each in staff)
        open_grading(sat.window_id, grader_ids, by=office, now=now)
    return Hall(app, make, sat, grader_ids)


def _person(number: int) -> User:
    kana = f"カナリヤ{KANA[number // 10]} ヒスイ{KANA[number % 10]}"
    return User(email=MAIL.format(number), name=name_of(number), kana=kana, created_at=clock.now())


def _seat(number: int, person: User, cohort_id: int) -> Participant:
    return Participant(
        cohort_id=cohort_id,
        user_id=person.id,
        certificate_name=name_of(number),
        company=f"蒼鷺{number:02}商会株式会社",
        department=f"翡翠{number:02}課",
        address=f"見本県翠鳥{number:02}町",
        enrolled_at=clock.now(),
    )


def _attempt(seat: Participant, window_id: int, paper_id: int) -> Attempt:
    return Attempt(
        public_id=f"{seat.id:032x}",
        participant_id=seat.id,
        window_id=window_id,
        paper_id=paper_id,
        candidate_number=f"K{seat.id % 10}-{5000 + seat.id}",
        pledged_at=clock.now(),
        created_at=clock.now(),
    )


def name_of(number: int) -> str:
    return f"匿名{number:02}家 秘匿{number:02}代"


def essay_of(number: int) -> str:
    """An essay that tells everything about its writer, in several writings, and of a neighbour."""
    other = (number + 7) % PEOPLE
    kana = f"カナリヤ{KANA[number // 10]}"
    told = (
        f"私は{name_of(number)}({kana})です。匿名{number:02}家は、蒼鷺{number:02}商会の翡翠{number:02}課にいます。\n"
        f"弊社㈱蒼鷺{number:02}商会、すなわち(株)蒼鷺{number:02}商会、正しくは株式会社 蒼鷺{number:02}商会のことです。\n"
        f"連絡先は{MAIL.format(number)}、秘匿{number:02}代あて。隣席の匿名{other:02}家さん(蒼鷺{other:02}商会株式会社)も同じ意見です。\n"
    )
    return told + SENTENCE * 14


def cover_everything(hall: Hall) -> None:
    """The office covers every suggestion of every essay but what merely looks like some company."""
    essays = db.session.scalars(select(Essay.id).where(Essay.anchor_id.is_(None)).order_by(Essay.id)).all()
    for essay_id in essays:
        spans = [each.span for each in get_masking_page(essay_id).suggestions if each.clue is not Clue.COMPANY]
        mask_essay(essay_id, spans, "氏名と組織名", seen=0, by=hall.sat.office, now=clock.now())


def own_ids(app: Flask, grader_id: int, *parts: GraderPart) -> list[str]:
    with app.app_context():
        mine = select(Assignment).where(Assignment.grader_id == grader_id).order_by(Assignment.id.desc())
        return [each.public_id for each in db.session.scalars(mine) if not parts or each.part in parts]


def watch(hall: Hall, client: PageClient, grader_id: int, *parts: GraderPart) -> Iterable[str]:
    """Her queue, and each of her essays of these parts."""
    for address in ("", *(f"/{public_id}" for public_id in own_ids(hall.app, grader_id, *parts))):
        yield readings(FlaskClient.open(client, f"/grading{address}"))


def others(grader_id: int, *, with_words: bool = True) -> Canaries:
    """The canaries of the other graders: names, mails, ids, and whatever they wrote."""
    digit = "[" + "0123".replace(str(grader_id)[-1], "") + "]"
    whose = Canaries(rf"[灰黒]鷺{digit}|grader{digit}@|grading{digit}\.|91827364{digit}", OF_GRADERS.stems)
    return whose + Canaries(f"(?:内部所見|候補講評|印の注|上限の訳){digit}", OF_MARKS.stems) if with_words else whose


def mark_with_canaries(hall: Hall) -> None:
    """Everybody marks: essays of one candidate in five far apart, so that adjudicators are asked; words name who wrote them."""
    for given in open_assignments(hall.sat.window_id, GraderPart.FIRST, GraderPart.SECOND):
        number, is_apart = given.grader_id % 10, given.essay_id % 5 == 0 and given.part is GraderPart.SECOND
        written = sheet(given.essay_id, 2 if is_apart else 4, note=f"内部所見{number}", feedback=f"候補講評{number}")
        levels, cap = dict(written.levels), "" if not is_apart else f"上限の訳{number}"
        marked = [Highlight(0, 4, f"印の注{number}").body]
        row = GraderMarkRow(assignment_id=given.id, levels=levels, points=Decimal(sum(levels.values())), highlights=marked)
        row.note, row.feedback, row.cap_reason, row.confirmed_at = written.note, written.feedback, cap, clock.now()
        db.session.add(row)
    db.session.flush()
    arrange_adjudications(db.session.scalars(select(Attempt.id)).all(), now=clock.now())
    db.session.commit()


def test_no_answer_to_a_grader_tells_who_wrote_an_essay_or_who_else_grades(
    app: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    hall = build_hall(app, make)
    clients = {grader: hall.make.login(grader) for grader in hall.graders}
    with hall.app.app_context():
        calibrate(hall.sat.window_id)
    seen = "\n".join(
        readings(FlaskClient.open(clients[hall.graders[0]], f"/grading/{each}"))
        for each in own_ids(hall.app, hall.graders[0])[:9]
    )
    assert set(map(str, OF_PARTICIPANTS.find(seen))) != set(), "the watch is blind itself: nothing was covered yet"
    with hall.app.app_context():
        cover_everything(hall)
        first = open_assignments(hall.sat.window_id)[0]
        draft = sheet(first.essay_id, 3, note=f"内部所見{first.grader_id % 10}", feedback=f"候補講評{first.grader_id % 10}")
        save_draft(first.public_id, draft, by=first.grader_id, now=clock.now())
        db.session.commit()
        moved = (first.id, first.essay_id)
    frozen_clock.advance(minutes=11)  # the lease is over, and the office may give the essay to somebody else
    answers = 0
    for grader, client in clients.items():
        answers += expect_blind(hall, grader, watch(hall, client, grader, GraderPart.FIRST))
    values = hall.values(*own_ids(hall.app, grader))
    answers += expect_blind(hall, grader, visit_everything(hall.app, client, {Role.GRADER}, values))
    answers += expect_blind(hall, grader, visit_closed(hall.app, client, {Role.GRADER}, values))
    with hall.app.app_context():
        holders = set(db.session.scalars(select(Assignment.grader_id).where(Assignment.essay_id == moved[1])))
        reassign(
            moved[0], next(each for each in hall.graders if each not in holders), "都合", by=hall.sat.office, now=clock.now()
        )
        taker = db.session.get_one(Assignment, moved[0])
        address, grader = f"/grading/{taker.public_id}", taker.grader_id
    taken = readings(FlaskClient.open(clients[grader], address))
    assert "第" in taken
    assert not others(grader).find(taken) + OF_PARTICIPANTS.find(taken)
    with hall.app.app_context():
        mark_with_canaries(hall)
    for grader, client in clients.items():
        answers += expect_blind(hall, grader, watch(hall, client, grader, GraderPart.ADJUDICATOR, GraderPart.CALIBRATION))
    values = hall.values(*own_ids(hall.app, grader, GraderPart.ADJUDICATOR), *own_ids(hall.app, grader, GraderPart.FIRST))
    answers += expect_blind(hall, grader, visit_everything(hall.app, client, {Role.GRADER}, values))
    assert answers > 400


def expect_blind(hall: Hall, grader: int, answers: Iterable[str]) -> int:
    """No canary in what the grader got; on her adjudications the others' words stand, but not whose they are. Counts them."""
    decided = {f"/grading/{each}" for each in own_ids(hall.app, grader, GraderPart.ADJUDICATOR)}
    count = 0
    for answer in answers:
        address, _, told = answer.partition("\n")
        forbidden = others(grader, with_words=address.removesuffix("/confirm") not in decided)
        assert not OF_PARTICIPANTS.find(told), address
        assert not forbidden.find(told), address
        count += 1
    return count


def test_nothing_of_a_result_and_nobody_who_graded_reaches_a_participant(app: Flask, make: Factory) -> None:
    hall = build_hall(app, make, 10)
    sat = hall.sat
    with app.app_context():
        calibrate(sat.window_id)
        mark_with_canaries(hall)
        for third in open_assignments(sat.window_id, GraderPart.ADJUDICATOR):
            decided = sheet(third.essay_id, 3, note=f"内部所見{third.grader_id % 10}", feedback=f"候補講評{third.grader_id % 10}")
            confirm_mark(third.public_id, decided, by=third.grader_id, now=clock.now())
        terms = get_current_terms()
        for seat in sat.seats[:2]:
            consent(terms.revision, terms.sha256, by=seat.user_id, now=clock.now())
        db.session.commit()
    clients = [hall.make.login(seat.user_id) for seat in sat.seats[:2]]
    with app.app_context():
        finalize(sat)
        db.session.commit()
        result = db.session.scalars(select(ResultRow).where(ResultRow.attempt_id == 1)).one()
        points = [result.total, *map(Decimal, result.section_points.values())]
    tokens = "|".join(re.escape(f"{each.normalize():f}") for each in points if each % 1)
    assert tokens, "whole points would be met everywhere"
    early = OF_GRADERS + OF_MARKS + Canaries(f"{tokens}|不?合格」?です", (".5", "合格"))
    expect_silence(hall, clients, early)
    with app.app_context():
        release_results(sat.window_id, by=sat.releaser, now=clock.now())
    shown = "\n".join(visit_everything(app, clients[0], {Role.PARTICIPANT}, own_values(hall, 0)))
    assert re.search(tokens, shown), "the watch is blind itself: the result is public now"
    assert "候補講評" in shown
    private = OF_GRADERS + Canaries("内部所見|印の注|上限の訳", OF_MARKS.stems)
    assert not private.find(shown)
    assert not [each for each in OF_PARTICIPANTS.find(shown) if not is_own(each, 0)]
    with app.app_context():
        mails = "\n".join(f"{each.subject}\n{each.body}" for each in db.session.scalars(select(OutgoingMail)))
    assert not re.search(f"{private.pattern}|候補講評|{tokens}|不合格|合格です", mails)
    assert "結果" in mails


def own_values(hall: Hall, number: int) -> Values:
    with hall.app.app_context():
        attempt = db.session.scalars(
            select(Attempt.public_id).where(Attempt.participant_id == hall.sat.seats[number].participant_id)
        ).one()
    return hall.values(attempt)


def expect_silence(hall: Hall, clients: list[PageClient], forbidden: Canaries) -> None:
    """Nothing forbidden and nobody else's name behind the doors that are open, before those that are not, nor in any mail."""
    for number, client in enumerate(clients):
        values = own_values(hall, number)
        visit = visit_closed if number else visit_everything
        for answer in visit(hall.app, client, {Role.PARTICIPANT}, values):
            address, _, told = answer.partition("\n")
            assert not forbidden.find(told), address
            assert not [each for each in OF_PARTICIPANTS.find(told) if not is_own(each, number)], address
    with hall.app.app_context():
        mails = "\n".join(f"{each.subject}\n{each.body}" for each in db.session.scalars(select(OutgoingMail)))
    assert not forbidden.find(mails)


def is_own(canary: str, number: int) -> bool:
    """Whether a canary is the participant's own, or stands in her own essay of a neighbour."""
    kana = {f"カナリヤ{KANA[number // 10]}", f"ヒスイ{KANA[number % 10]}"}
    mine = {f"{number:02}", f"{(number + 7) % PEOPLE:02}"}
    return canary in kana or any(digits in mine for digits in re.findall(r"\d\d", canary))
