"""The page of the manual, its files, its links, and what whoever holds a link sees."""

import io
import re
from datetime import date
from urllib.parse import unquote

import pytest
from docx import Document as open_document
from flask import Flask
from sqlalchemy import event, update

from lms import clock
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.lessons.models import WorksheetEntry
from lms.lessons.rules.worksheets import SheetEdit
from lms.lessons.services import save_worksheet
from lms.manuals.rules.sharing import MAX_LIVE_SHARES, WRONG_LINKS
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LATER, reader, reading_seat
from tests.lms.manuals.builders import planned
from tests.page import PageClient

ANSWER = "<b>きっぱり断る</b>ときは\n二人で\n\n# 記録する"
LINK = re.compile(r"http://localhost(/shared-manual/[\w-]{43})")


def write(make: Factory, seat: Seat, text: str = ANSWER) -> None:
    with make.app.app_context():
        edits = {"definition": SheetEdit(text, 0)}
        save_worksheet(reading_seat(seat), "L01", edits, by=seat.user_id, now=clock.now())


def share(client: PageClient, label: str = "法務の担当者") -> str:
    """The path of a new link, as the page shows it."""
    client.submit("/manual", {"label": label}, action="/manual/shares")
    assert client.page is not None
    found = LINK.search(client.page.html)
    assert found, client.text
    return found[1]


def test_the_page_shows_answers_gaps_and_where_to_write(app: Flask, make: Factory) -> None:
    seat = reader(make)
    write(make, seat)
    client = make.login(seat.user_id)
    client.get("/manual")
    assert client.page is not None
    assert f"{len(planned())}項目のうち1項目を記入" in client.text
    assert "&lt;b&gt;きっぱり断る&lt;/b&gt;ときは<br>二人で" in client.page.html
    assert client.page.html.count('class="manual-gap"') == len(planned()) - 1
    assert '/lessons/L01#text-definition">直す' in client.page.html
    assert '/lessons/L09#text-inside">書く' in client.page.html


def test_fields_of_lessons_that_are_not_open_say_when_they_open(app: Flask, make: Factory) -> None:
    seat = reader(make, cohort_id=make.cohort(**LATER))
    client = make.login(seat.user_id)
    client.get("/manual")
    assert client.page is not None
    assert re.search(r"L09 は12月\d+日\(.\) \d\d:\d\d に公開されます", client.text)
    assert "/lessons/L09#" not in client.page.html


def test_an_empty_manual_says_where_to_begin(app: Flask, make: Factory) -> None:
    client = make.login(reader(make).user_id)
    client.get("/manual")
    assert "まだ何も書かれていません" in client.text
    assert "Wordでダウンロード" not in client.text


def test_the_page_costs_few_queries_however_much_is_written(app: Flask, make: Factory) -> None:
    seat = reader(make)
    client = make.login(seat.user_id)
    counts = []
    for answers in (0, 40):
        with app.app_context():
            refs = planned()[:answers]
            db.session.add_all(
                WorksheetEntry(participant_id=seat.participant_id, version=1, text="答え", saved_at=clock.now(), **_names(ref))
                for ref in refs
            )
            db.session.commit()
            engine = db.engine
        seen: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        client.get("/manual")
        event.remove(engine, "before_cursor_execute", count)
        counts.append(sum(statement.startswith("SELECT") for statement in seen))
    assert counts[0] == counts[1] <= 9


def _names(ref: object) -> dict[str, str]:
    lesson_id, _, key = str(ref).partition(".")
    return {"lesson_id": lesson_id, "key": key}


@pytest.mark.parametrize(("path", "suffix"), [("/manual.docx", "docx"), ("/manual.md", "md")])
def test_the_files_have_japanese_names_and_are_nobody_elses(app: Flask, make: Factory, path: str, suffix: str) -> None:
    seat, other = reader(make), reader(make)
    write(make, seat)
    answer = make.login(seat.user_id).get(path)
    disposition = answer.headers["Content-Disposition"]
    assert unquote(disposition).endswith(f"''カスハラ対策マニュアル(下書き)_20261201.{suffix}")
    assert f'filename="download.{suffix}"' in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert _holds(answer.data, suffix, "きっぱり断る")
    assert not _holds(make.login(other.user_id).get(path).data, suffix, "きっぱり断る")
    assert PageClient(app).get(path).status_code == 302


def _holds(data: bytes, suffix: str, words: str) -> bool:
    if suffix == "md":
        return words in data.decode()
    return any(words in paragraph.text for paragraph in open_document(io.BytesIO(data)).paragraphs)


def test_a_colleague_reads_by_the_link_without_logging_in(app: Flask, make: Factory) -> None:
    seat = reader(make)
    with app.app_context():
        db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(company="株式会社<みほん>"))
        db.session.commit()
    write(make, seat)
    owner, colleague = make.login(seat.user_id), PageClient(app)
    path = share(owner)
    owner.get("/manual")
    assert owner.page is not None
    assert not LINK.search(owner.page.html)
    answer = colleague.get(path)
    assert answer.status_code == 200
    assert "株式会社&lt;みほん&gt;" in colleague.text
    assert "きっぱり断る" in colleague.text
    assert seat.name not in colleague.text
    assert "/lessons/" not in answer.get_data(as_text=True)
    for name, value in (("X-Robots-Tag", "noindex, nofollow"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")):
        assert answer.headers[name] == value
    owner.get("/manual")
    assert "1回(最後は" in owner.text


def test_every_link_that_opens_nothing_answers_alike(app: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = reader(make)
    owner, colleague = make.login(seat.user_id), PageClient(app)
    revoked, expired = share(owner), share(owner)
    owner.submit("/manual", action="/revoke")
    assert "取り消しました" in owner.text
    frozen_clock.advance(days=14)
    answers = [colleague.get(path) for path in (revoked, expired, "/shared-manual/unknown")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert "このリンクでは開けません" in colleague.text


def test_guessing_links_is_answered_with_a_pause(app: Flask) -> None:
    colleague = PageClient(app)
    codes = [colleague.get(f"/shared-manual/{number}").status_code for number in range(WRONG_LINKS.failures + 1)]
    assert codes == [404] * WRONG_LINKS.failures + [429]


def test_a_sixth_link_is_refused_with_what_to_do(app: Flask, make: Factory) -> None:
    seat = reader(make)
    client = make.login(seat.user_id)
    for number in range(MAX_LIVE_SHARES - 1):
        share(client, f"{number}人目")
    client.get("/manual")
    page = client.page
    share(client, "5人目")
    assert page is not None
    client.page, client.address = page, "/manual"
    assert client.send({"label": "6人目"}, action="/manual/shares").status_code == 409
    assert "共有リンクは5つまでです" in client.text
    client.get("/manual")
    assert "使わなくなったリンクを取り消してください" in client.text


def test_a_link_for_nobody_is_refused(app: Flask, make: Factory) -> None:
    client = make.login(reader(make).user_id)
    assert client.submit("/manual", {"label": "  "}, action="/manual/shares").status_code == 422
    assert "だれに見てもらうリンクか" in client.text


def test_nobody_takes_back_the_link_of_somebody_else(app: Flask, make: Factory) -> None:
    owner, other = make.login(reader(make).user_id), make.login(reader(make).user_id)
    path = share(owner)
    share(other)
    assert owner.page is not None
    (form,) = [form for form in owner.page.forms if form["attrs"].get("action", "").endswith("/revoke")]
    token = other.csrf("/manual")
    assert other.post(form["attrs"]["action"], data={"csrf_token": token}).status_code == 404
    assert PageClient(app).get(path).status_code == 200


def test_the_day_on_the_manual_is_japans(app: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    frozen_clock.travel(clock.jst_moment(date(2027, 1, 1), clock.to_jst(clock.now()).time().replace(hour=0, minute=5)))
    client = make.login(reader(make).user_id)
    assert "_20270101.docx" in client.get("/manual.docx").headers["Content-Disposition"]
