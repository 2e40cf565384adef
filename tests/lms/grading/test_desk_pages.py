"""The desk's pages without a script: 印 by quotation, 定型文, two devices, helping, doubting; JSON for the script."""

import re

import pytest
from flask import Flask

from lms import clock
from lms.grading.queries.desk import list_queue
from lms.grading.rules.parts import GraderPart
from lms.grading.services.marking import confirm_mark
from tests.factories import Factory
from tests.lms.grading.builders import SENTENCE, graders, open_assignments, opened, sheet, sit
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")


def press(client: PageClient, public_id: str, act: str, **fields: object) -> tuple[int, str]:
    """Send the sheet of the page at hand with one of its buttons; status and source of what comes back."""
    answer = client.send({"act": act, **fields}, action=public_id, follow=True)
    return answer.status_code, answer.get_data(as_text=True)


def shown(source: str) -> list[str]:
    """The marked passages."""
    return re.findall(r"<mark [^>]*>([^<]*)</mark>", source)


def test_marks_and_phrases_come_and_go_without_a_script(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        task = open_assignments(sat.window_id)[0]
        public_id, grader = task.public_id, task.grader_id
    client = make.login(grader)
    client.get(f"/grading/{public_id}")
    _, source = press(client, public_id, "mark", quote="要求の内容", comment="<b>よい着眼</b>", feedback="残る講評")
    assert "印を付けました。" in source
    assert "&lt;b&gt;よい着眼&lt;/b&gt;" in source
    assert '<mark data-start="11">要求の内容</mark><sup class="sign">1</sup>' in source
    assert "残る講評" in source
    entry = '{"start": 11, "end": 16, "text": "よい着眼"}'
    _, source = press(client, public_id, "mark", quote="どこにもない", comment="", highlight=entry)
    assert "引用した言葉が答案に見つかりません" in source
    assert 'value="どこにもない"' in source
    assert shown(source) == ["要求の内容"]
    _, source = press(client, public_id, "confirm", quote=SENTENCE[:4], comment="Enterで付けた", highlight=entry)
    assert shown(source) == ["事実を時", "要求の内容"]
    kept = ['{"start": 0, "end": 4, "text": ""}', entry, "not json", '{"start": 9}']
    _, source = press(client, public_id, "unmark-1", highlight=kept)
    assert shown(source) == ["要求の内容"]
    _, source = press(client, public_id, "keep", feedback="自分の言い回しです。")
    assert "定型文から外す: 自分の言い回しです。" in source
    _, source = press(client, public_id, "forget-1")
    assert "定型文から外す" not in source


def test_a_form_of_another_device_or_an_older_page_is_refused_and_keeps_its_words(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        task = open_assignments(sat.window_id)[0]
        public_id, grader = task.public_id, task.grader_id
    one, other = make.login(grader), make.login(grader)
    one.get(f"/grading/{public_id}")
    press(one, public_id, "save", feedback="一台目の講評")
    other.get(f"/grading/{public_id}")
    assert "別の端末で開いています" in other.text
    other.send(action="/lease")
    assert "別の端末で開いています" not in other.text
    assert press(one, public_id, "save", feedback="一台目の続き")[0] == 409
    assert "別の端末で開かれたため" in one.text
    assert "一台目の続き" in one.text
    press(other, public_id, "save", feedback="二台目の講評")
    assert press(other, public_id, "save", version="1", page="", feedback="古い画面の講評")[0] == 409
    assert "上書きしませんでした" in other.text
    assert "古い画面の講評" in other.text
    script = {"headers": {"X-CSRFToken": one.csrf(f"/grading/{public_id}"), "Accept": "application/json"}}
    assert one.post(f"/grading/{public_id}/lease", data={"act": "renew"}, **script).status_code == 409
    assert one.post(f"/grading/{public_id}/lease", data={"act": "take"}, **script).get_json() == {"version": 2}
    assert other.post(f"/grading/{public_id}/draft", json={"version": "2"}, **script).status_code in {400, 409}


def test_helping_and_doubting_are_offered_in_words(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make, 4)
    opened(make, sat, staff)
    with app.app_context():
        task = open_assignments(sat.window_id)[0]
        public_id, helper = task.public_id, task.grader_id
        confirm_mark(public_id, sheet(task.essay_id, 4), by=helper, now=clock.now())
    client = make.login(helper)
    client.get("/grading")
    assert "手伝える答案 2件" in client.text
    client.send(action="/help")
    assert "答案を1件引き受けました" in client.text
    assert "別の端末で開いています" not in client.text
    assert client.post("/grading/help", data={"csrf_token": client.csrf("/grading")}, follow_redirects=True).status_code == 200
    assert "ご自身の答案が1件残っています" in client.text
    with app.app_context():
        assert {task.part for task in list_queue(helper)} <= {GraderPart.FIRST, GraderPart.SECOND, GraderPart.CALIBRATION}
    client.submit(f"/grading/{public_id}", {"text": ""}, action="/doubt")
    assert "理由を入力してください。" in client.text
    client.send({"text": "読み落としがありました"}, action="/doubt")
    assert "訂正の申し出を受け付けました" in client.text
    assert "読み落としがありました" in client.text
