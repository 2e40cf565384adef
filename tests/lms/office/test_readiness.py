"""開催前点検: green when all is well, and every planted fault is found by the check that looks for it."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text, update

from lms import clock
from lms.accounts.models import User
from lms.accounts.services.users import disable_user
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exam_engine.answers import answer_to_json
from lms.exam_engine.definitions import Exam
from lms.exam_engine.windows import ExtraTime
from lms.exams.models import Attempt, ExamWindow, QuestionApproval, StoredEvent, StoredPaper, Submission
from lms.exams.queries.content import get_exam
from lms.exams.queries.reviewing import wording_of
from lms.exams.rules.accommodating import Grant
from lms.exams.rules.readiness import CheckId, CheckOutcome, Trial, is_green
from lms.exams.services import saving
from lms.exams.services.accommodating import decide_accommodation, request_accommodation
from lms.exams.services.trying_out import try_out_attempt
from lms.grading.services.conflicts import declare_conflict, note_teacher
from lms.mail.models import OutgoingMail
from lms.mail.services.transports import reach_server
from lms.office.labels.readiness import CHECKS as WORDS
from lms.office.labels.readiness import facts_words
from lms.office.queries import readiness
from lms.office.queries.readiness import exam as exam_checks
from lms.office.queries.readiness import house, inspection
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import begin
from tests.lms.mail.builders import queue_invitation, smtp_server
from tests.lms.office.readiness_builders import ReadyHouse, copy_database, ready_house, work

RED, WARNING, OK = CheckOutcome.RED, CheckOutcome.WARNING, CheckOutcome.OK


@pytest.fixture
def ready(app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, font_folder: Path) -> ReadyHouse:
    return ready_house(app, make, monkeypatch, tmp_path, font_folder)


def test_a_house_in_order_is_green(ready: ReadyHouse) -> None:
    results = ready.inspect()
    wrong = {check: (each.outcome, dict(each.facts)) for check, each in results.items() if each.outcome is not OK}
    assert set(wrong) <= {CheckId.REVIEW, CheckId.ESSAYS}, wrong
    assert is_green(results.values())
    assert len(results) == len(CheckId) >= 15


def test_every_check_has_words_and_is_made() -> None:
    assert list(readiness.CHECKS) == list(CheckId)
    assert set(WORDS) == set(CheckId)


def with_exam(ready: ReadyHouse, **changes: object) -> None:
    with ready.app.app_context():
        exam = get_exam("practitioner")
    ready.patch.setattr(inspection, "find_exam", lambda _: replace(exam, **changes))


def exam_of(ready: ReadyHouse) -> Exam:
    with ready.app.app_context():
        return get_exam("practitioner")


def a_typing_error(ready: ReadyHouse) -> None:
    ready.edit("exams/practitioner/bank/d1.yaml", lambda words: words.replace("key: ", "kye: ", 1))


def a_test_setting_left(ready: ReadyHouse) -> None:
    ready.edit(
        "exams/practitioner/exam.yaml", lambda words: words.replace("time_limit_minutes: 60", "time_limit_minutes: 180", 1)
    )


def an_easier_pass_rule(ready: ReadyHouse) -> None:
    ready.edit("exams/practitioner/exam.yaml", lambda words: words.replace('choice: "60"', 'choice: "50"', 1))


def a_change_after_the_first_start(ready: ReadyHouse) -> None:
    """Both the setting and the announcement were changed, but somebody sits under the old ones."""
    with ready.app.app_context():
        window = db.session.get_one(ExamWindow, ready.window_id)
        window.opens_at = clock.now() - timedelta(hours=1)
        db.session.commit()
    begin(ready.make, ready.seats[0], ready.window_id)
    a_test_setting_left(ready)
    ready.edit("course.yaml", lambda words: words.replace("questions: 40, minutes: 60", "questions: 40, minutes: 180", 1))


def too_few_questions(ready: ReadyHouse) -> None:
    exam = exam_of(ready)
    few = [question for question in exam.questions if question.domain != exam.questions[0].domain]
    with_exam(ready, questions=tuple(few))


def nothing_left_to_draw_for_a_resit(ready: ReadyHouse) -> None:
    seen = frozenset(question.id for question in exam_of(ready).questions)
    ready.run(lambda: setattr(db.session.get_one(ExamWindow, ready.window_id), "number", 2))
    ready.patch.setattr(exam_checks, "list_seen_questions", lambda _: seen)


def an_essay_without_rubric(ready: ReadyHouse) -> None:
    with_exam(ready, rubrics=exam_of(ready).rubrics[1:])


def a_rubric_rewritten_after_its_use(ready: ReadyHouse) -> None:
    """Somebody sits by the rubric; then its cap is changed without a new revision."""
    with ready.app.app_context():
        window = db.session.get_one(ExamWindow, ready.window_id)
        window.opens_at = clock.now() - timedelta(hours=1)
        db.session.commit()
    begin(ready.make, ready.seats[0], ready.window_id)
    exam = exam_of(ready)
    with_exam(ready, rubrics=tuple(replace(rubric, cap_points=rubric.cap_points + 1) for rubric in exam.rubrics))


def a_pass_rule_anybody_passes(ready: ReadyHouse) -> None:
    exam = exam_of(ready)
    with_exam(ready, pass_rule=replace(exam.pass_rule, total=Decimal(0), sections=()))


def a_table_that_changes_what_is_saved(ready: ReadyHouse) -> None:
    ready.patch.setattr(saving, "answer_to_json", lambda answer: unicodedata.normalize("NFKC", answer_to_json(answer)))


def a_hand_in_that_stays_unsigned(ready: ReadyHouse) -> None:
    ready.patch.delitem(ready.app.extensions, "signing")


def a_press_that_prints_nothing(ready: ReadyHouse) -> None:
    ready.patch.setattr(exam_checks, "press", lambda *_: b"%PDF-")


def no_typeface(ready: ReadyHouse) -> None:
    (ready.folder / "fonts").unlink()


def a_window_that_is_over(ready: ReadyHouse) -> None:
    def move() -> None:
        window = db.session.get_one(ExamWindow, ready.window_id)
        window.opens_at, window.closes_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)

    ready.run(move)


def a_short_window(ready: ReadyHouse) -> None:
    _shorten(ready, timedelta(hours=1))


def a_window_too_short_for_one_person(ready: ReadyHouse) -> None:
    _shorten(ready, timedelta(minutes=130))
    grant = Grant(ExtraTime(percent=50))
    person = ready.seats[1].participant_id
    by = ready.office[0]
    ready.run(lambda: decide_accommodation(person, grant, request_id=None, reason="確認しました", by=by, now=clock.now()))


def _shorten(ready: ReadyHouse, length: timedelta) -> None:
    def move() -> None:
        window = db.session.get_one(ExamWindow, ready.window_id)
        window.closes_at = window.opens_at + length

    ready.run(move)


def a_request_without_answer(ready: ReadyHouse) -> None:
    seat = ready.seats[0]
    wants = {"wants_extra_time": True, "wants_paper": False, "reason": "弱視のため", "by": seat.user_id}
    ready.run(lambda: request_accommodation(seat.participant_id, **wants, now=clock.now()))


def an_empty_roster(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(update(Participant).values(withdrawn_at=clock.now())))


def nobody_with_a_password(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(update(User).values(password_hash=None)))


def somebody_without_a_password(ready: ReadyHouse) -> None:
    ready.run(lambda: setattr(db.session.get_one(User, ready.seats[0].user_id), "password_hash", None))


def attendance_not_entered(ready: ReadyHouse) -> None:
    ready.make.seat(ready.seats[0].cohort_id, name="欠席 未入力子")


def new_terms_in_the_middle(ready: ReadyHouse) -> None:
    ready.edit("course.yaml", str)
    folder = ready.folder / "content" / "terms"
    words = (folder / "2026-11-22.md").read_text(encoding="utf-8").replace("2026-11-22", "2026-12-02")
    (folder / "2026-12-02.md").write_text(words, encoding="utf-8")


def a_grader_who_left(ready: ReadyHouse) -> None:
    admin = ready.make.staff(Role.ADMIN)
    ready.run(lambda: disable_user(ready.graders[0], by=admin, now=clock.now()))


def a_teacher_too_many_to_decide(ready: ReadyHouse) -> None:
    cohort_id, now = ready.seats[0].cohort_id, clock.now()
    ready.run(lambda: [note_teacher(cohort_id, each, by=each, now=now) for each in ready.office])


def a_conflict_too_many(ready: ReadyHouse) -> None:
    person, by = ready.seats[0].participant_id, ready.office[0]
    ready.run(lambda: declare_conflict(ready.graders[0], person, "相談を受けた", by=by, now=clock.now()))


def a_grader_without_second_factor(ready: ReadyHouse) -> None:
    ready.run(lambda: setattr(db.session.get_one(User, ready.graders[0]), "totp_confirmed_at", None))


def a_mail_that_is_stuck(ready: ReadyHouse) -> None:
    def queue() -> None:
        queue_invitation()
        db.session.execute(update(OutgoingMail).values(created_at=clock.now() - timedelta(minutes=16)))

    ready.run(queue)


def a_mail_that_was_given_up(ready: ReadyHouse) -> None:
    def queue() -> None:
        queue_invitation()
        db.session.execute(update(OutgoingMail).values(given_up_at=clock.now() - timedelta(hours=1)))

    ready.run(queue)


def no_mail_server(ready: ReadyHouse) -> None:
    ready.patch.setattr(house, "reach_server", reach_server)


def a_mail_without_text(ready: ReadyHouse) -> None:
    ready.edit("mail/result_released.txt", str)
    (ready.folder / "content/mail/result_released.txt").unlink()


def a_slip_in_a_mail(ready: ReadyHouse) -> None:
    ready.edit("mail/result_released.txt", lambda words: words.replace("{{ name }}", "{{ name }"))


def a_worker_that_stopped(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(text("DELETE FROM worker_beats WHERE job = 'close expired attempts'")))


def a_full_disk(ready: ReadyHouse) -> None:
    ready.patch.setattr(house.shutil, "disk_usage", lambda _: SimpleNamespace(total=1000, used=901, free=99))


def a_filling_disk(ready: ReadyHouse) -> None:
    ready.patch.setattr(house.shutil, "disk_usage", lambda _: SimpleNamespace(total=1000, used=850, free=150))


def a_database_that_does_not_flush(ready: ReadyHouse) -> None:
    ready.patch.setattr("lms.db.session.SQLITE_PRAGMAS", ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"))
    with ready.app.app_context():
        db.engine.dispose()


def a_database_clock_that_is_late(ready: ReadyHouse) -> None:
    ready.patch.setattr(house, "database_now", lambda: clock.now() - timedelta(seconds=1, milliseconds=1))


def a_forgotten_upgrade(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(text("UPDATE alembic_version SET version_num = '0001'")))


def an_old_copy(ready: ReadyHouse) -> None:
    path = next((ready.folder / "backups").glob("*.sqlite"))
    line = "UPDATE audit_events SET at = :at WHERE tag = 'backup:make'"
    ready.run(lambda: db.session.execute(text("DROP TRIGGER audit_events_no_update")))
    ready.run(lambda: db.session.execute(text(line), {"at": "2026-11-30 02:59:59.000000"}))
    assert path.exists()


def no_copy(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(text("DROP TRIGGER audit_events_no_delete")))
    ready.run(lambda: db.session.execute(text("DELETE FROM audit_events WHERE tag LIKE 'backup:%'")))


def a_lost_copy(ready: ReadyHouse) -> None:
    next((ready.folder / "backups").glob("*.sqlite")).unlink()


def a_changed_copy(ready: ReadyHouse) -> None:
    path = next((ready.folder / "backups").glob("*.sqlite"))
    path.write_bytes(path.read_bytes() + b"\0")


def a_copy_nobody_opened_again(ready: ReadyHouse) -> None:
    ready.run(lambda: db.session.execute(text("DROP TRIGGER audit_events_no_delete")))
    ready.run(lambda: db.session.execute(text("DELETE FROM audit_events WHERE tag = 'backup:check'")))


class _WrongKeys:
    key_id = "0" * 16

    def sign(self, statement: bytes, *, purpose: object) -> tuple[str, str]:
        return self.key_id, "AAAA"

    def verify(self, *_: object, purpose: object) -> bool:
        return False


def a_key_that_does_not_verify(ready: ReadyHouse) -> None:
    ready.patch.setitem(ready.app.extensions, "signing", _WrongKeys())


def a_seal_that_runs_out(ready: ReadyHouse) -> None:
    seal = ready.app.extensions["seal"]
    days = seal.sealer.certificate.not_valid_after_utc - clock.now()
    ready.patch.setattr(house, "SEAL_NOTICE", days + timedelta(days=1))


def an_open_address(ready: ReadyHouse) -> None:
    ready.change(public_base_url="http://a.example")


def cookies_in_the_open(ready: ReadyHouse) -> None:
    ready.patch.setitem(ready.app.config, "SESSION_COOKIE_SECURE", False)


def a_certificate_that_runs_out(ready: ReadyHouse) -> None:
    ready.patch.setattr(house, "tls_expires_at", lambda *_, **__: datetime(2026, 12, 2, tzinfo=UTC))


def an_address_that_cannot_be_reached(ready: ReadyHouse) -> None:
    def refuse(*_: object, **__: object) -> datetime:
        raise ConnectionRefusedError

    ready.patch.setattr(house, "tls_expires_at", refuse)


def a_name_that_cannot_be_printed(ready: ReadyHouse) -> None:
    person = ready.seats[1].participant_id
    ready.run(lambda: setattr(db.session.get_one(Participant, person), "certificate_name", "🦊 太郎"))


Fault = tuple[CheckId, Callable[[ReadyHouse], None], CheckOutcome]
FAULTS: tuple[Fault, ...] = (
    (CheckId.CONTENT, a_typing_error, RED),
    (CheckId.ANNOUNCED, a_test_setting_left, RED),
    (CheckId.ANNOUNCED, an_easier_pass_rule, RED),
    (CheckId.ANNOUNCED, a_change_after_the_first_start, RED),
    (CheckId.SUPPLY, too_few_questions, RED),
    (CheckId.SUPPLY, nothing_left_to_draw_for_a_resit, RED),
    (CheckId.ESSAYS, an_essay_without_rubric, RED),
    (CheckId.RUBRICS, a_rubric_rewritten_after_its_use, RED),
    (CheckId.SAMPLE_PAPER, a_pass_rule_anybody_passes, RED),
    (CheckId.SAMPLE_PAPER, too_few_questions, RED),
    (CheckId.SAVE_AND_RECEIPT, a_table_that_changes_what_is_saved, RED),
    (CheckId.SAVE_AND_RECEIPT, a_hand_in_that_stays_unsigned, RED),
    (CheckId.CERTIFICATE, a_press_that_prints_nothing, RED),
    (CheckId.CERTIFICATE, no_typeface, RED),
    (CheckId.CERTIFICATE, a_name_that_cannot_be_printed, WARNING),
    (CheckId.FONTS, no_typeface, RED),
    (CheckId.WINDOW_TIMES, a_window_that_is_over, RED),
    (CheckId.WINDOW_LENGTH, a_short_window, RED),
    (CheckId.WINDOW_LENGTH, a_window_too_short_for_one_person, RED),
    (CheckId.ACCOMMODATION, a_request_without_answer, WARNING),
    (CheckId.ROSTER, an_empty_roster, RED),
    (CheckId.ROSTER, nobody_with_a_password, RED),
    (CheckId.ROSTER, somebody_without_a_password, WARNING),
    (CheckId.ELIGIBILITY, attendance_not_entered, WARNING),
    (CheckId.TERMS, new_terms_in_the_middle, WARNING),
    (CheckId.STAFFING, a_grader_who_left, RED),
    (CheckId.CONFLICTS, a_conflict_too_many, RED),
    (CheckId.CONFLICTS, a_teacher_too_many_to_decide, RED),
    (CheckId.SECOND_FACTORS, a_grader_without_second_factor, RED),
    (CheckId.OUTBOX, a_mail_that_is_stuck, RED),
    (CheckId.OUTBOX, a_mail_that_was_given_up, WARNING),
    (CheckId.MAIL_SERVER, no_mail_server, RED),
    (CheckId.MAIL_TEMPLATES, a_mail_without_text, RED),
    (CheckId.MAIL_TEMPLATES, a_slip_in_a_mail, RED),
    (CheckId.WORKER, a_worker_that_stopped, RED),
    (CheckId.DISK, a_full_disk, RED),
    (CheckId.DISK, a_filling_disk, WARNING),
    (CheckId.DURABILITY, a_database_that_does_not_flush, RED),
    (CheckId.CLOCKS, a_database_clock_that_is_late, RED),
    (CheckId.MIGRATIONS, a_forgotten_upgrade, RED),
    (CheckId.BACKUP, no_copy, RED),
    (CheckId.BACKUP, an_old_copy, RED),
    (CheckId.BACKUP, a_lost_copy, RED),
    (CheckId.BACKUP, a_changed_copy, RED),
    (CheckId.BACKUP, a_copy_nobody_opened_again, WARNING),
    (CheckId.SIGNING, a_key_that_does_not_verify, RED),
    (CheckId.SIGNING, a_hand_in_that_stays_unsigned, RED),
    (CheckId.SIGNING, a_seal_that_runs_out, WARNING),
    (CheckId.ADDRESS, an_open_address, RED),
    (CheckId.ADDRESS, cookies_in_the_open, RED),
    (CheckId.ADDRESS, a_certificate_that_runs_out, RED),
    (CheckId.ADDRESS, an_address_that_cannot_be_reached, WARNING),
)


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(("check", "plant", "outcome"), FAULTS, ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_planted_fault_is_found_and_said_in_words(
    ready: ReadyHouse, check: CheckId, plant: Callable[[ReadyHouse], None], outcome: CheckOutcome
) -> None:
    plant(ready)
    found = ready.inspect()
    assert found[check].outcome is outcome, dict(found[check].facts)
    assert is_green(found.values()) == (outcome is WARNING)
    words = "".join(facts_words(found[check]))
    assert "None" not in words
    assert words or check in (CheckId.FONTS, CheckId.ADDRESS)


def test_every_check_but_the_review_has_a_planted_fault() -> None:
    assert {check for check, *_ in FAULTS} == set(CheckId) - {CheckId.REVIEW}


@pytest.mark.database("sqlite")
def test_unread_questions_are_a_warning_until_all_are_approved(ready: ReadyHouse) -> None:
    exam, people = exam_of(ready), ready.office[:2]
    assert ready.inspect()[CheckId.REVIEW].outcome is WARNING
    with ready.app.app_context():
        for question, person in product(exam.bank, people):
            db.session.add(
                QuestionApproval(
                    exam_id=exam.id,
                    question_id=question.id,
                    content_sha256=wording_of(exam, question),
                    approved_by_id=person,
                    approved_at=clock.now(),
                )
            )
        db.session.commit()
    assert ready.inspect()[CheckId.REVIEW].outcome is OK


@pytest.mark.database("sqlite")
def test_a_check_that_breaks_is_red_and_hides_no_other(ready: ReadyHouse) -> None:
    def fail(_: object) -> None:
        db.session.execute(text("SELECT * FROM no_such_table"))

    ready.patch.setitem(readiness.CHECKS, CheckId.ROSTER, fail)
    found = ready.inspect()
    assert found[CheckId.ROSTER].outcome is RED
    assert "点検そのものができませんでした" in facts_words(found[CheckId.ROSTER])[0]
    assert found[CheckId.ELIGIBILITY].outcome is OK


@pytest.mark.database("sqlite")
def test_in_a_demo_what_surrounds_the_exam_is_a_warning_at_most(ready: ReadyHouse) -> None:
    ready.change(is_demo=True)
    for plant in (a_worker_that_stopped, no_copy, an_open_address, a_mail_that_is_stuck):
        plant(ready)
    found = ready.inspect()
    for check in (CheckId.WORKER, CheckId.BACKUP, CheckId.ADDRESS, CheckId.OUTBOX):
        assert found[check].outcome is WARNING
    assert is_green(found.values())


def test_a_sample_attempt_goes_through_the_real_tables_and_leaves_nothing(ready: ReadyHouse) -> None:
    tables = (Attempt, StoredPaper, StoredEvent, Submission, OutgoingMail)

    def count() -> list[int]:
        with ready.app.app_context():
            return [db.session.query(table).count() for table in tables]

    before = count()
    with ready.app.app_context():
        assert try_out_attempt(ready.window_id, now=clock.now()) == Trial()
    assert count() == before


def test_where_everybody_has_begun_nothing_is_tried(ready: ReadyHouse, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(hours=3)
    for seat in ready.seats:
        begin(ready.make, seat, ready.window_id)
    with ready.app.app_context():
        assert try_out_attempt(ready.window_id, now=clock.now()) == Trial(has_run=False)


def test_the_mail_server_is_really_asked(ready: ReadyHouse) -> None:
    no_mail_server(ready)
    with smtp_server(ready.app) as box:
        assert ready.inspect()[CheckId.MAIL_SERVER].outcome is OK
        assert box.messages == []


def test_time_passing_lets_the_worker_and_the_copy_grow_old(ready: ReadyHouse, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(minutes=2)
    assert ready.inspect()[CheckId.WORKER].outcome is OK
    frozen_clock.advance(seconds=1)
    assert ready.inspect()[CheckId.WORKER].outcome is RED
    frozen_clock.advance(hours=23)
    assert ready.inspect()[CheckId.BACKUP].outcome is RED
    ready.run(work)
    ready.run(copy_database)
    assert {ready.inspect()[check].outcome for check in (CheckId.WORKER, CheckId.BACKUP)} == {OK}
