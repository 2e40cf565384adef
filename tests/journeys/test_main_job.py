"""The main job, end to end, in real browsers: from the invitation to a numbered certificate that a stranger checks."""

import hashlib
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from ruamel.yaml import YAML
from sqlalchemy import create_engine, select, text

from lms import clock
from lms.accounts.queries import find_account_by_email
from lms.db.session import db
from lms.demo.sitting import study_everything
from lms.exam_engine.papers import Paper, PaperChoiceQuestion, paper_from_json
from lms.exams.models import ExamWindow
from lms.text import count_characters
from tests.journeys.people import People, Person
from tests.live import ROOT, link_in
from tests.lms.grading.builders import calibrate
from tests.proof.seeding import application_of

NAME = "髙﨑 𠮷子"
EMAIL = "yoshiko@example.com"
ESSAY = (
    "14時25分にCさんが大声を出し、同じ言葉を2回繰り返した。要求の内容と手段を分けて考え、店長を含む二人以上で対応する。"
    "応じられない理由を伝え、中止の判断は店長が行い、危険があればただちに通報する。記録には発言をそのまま書き、部署で共有する。"
)

SAVED = re.compile(r"\d\d:\d\d:\d\d 保存済み")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


def test_from_the_invitation_to_a_certificate_that_a_stranger_checks(people: People, tmp_path: Path) -> None:
    office, second_office, graders = _hire(people)
    cohort = _open_cohort(office, tmp_path)
    participant = _enroll(people, office, cohort)
    _study(participant)
    _study_the_rest(people)
    _open_exam(office, cohort)
    _sit(participant, people)
    _grade(office, cohort, graders, people)
    _release(office, second_office, cohort, participant, people)
    number, code = _certify(office, second_office, cohort, participant, people)
    _check_as_stranger(people, participant, number, code)


def _hire(people: People) -> tuple[Person, Person, list[Person]]:
    """The first admin comes from the command line, everybody else by invitation; all set up a second factor."""
    link = link_in(
        people.site.flask("user", "create", "--email", "jimu@example.jp", "--name", "事務 一子", "--roles", "admin,office")
    )
    office = people.meet("事務局")
    office.go(link)
    people.set_password(office)
    people.set_second_factor(office)
    staff = [
        ("jimu2@example.jp", "事務 二子", "office"),
        *((f"saiten{n}@example.jp", f"採点 {n}子", "grader") for n in (1, 2, 3)),
    ]
    for email, name, role in staff:
        office.go("/office/staff")
        office.fill("name", name)
        office.fill("email", email)
        office.page.locator(f"main input[name=roles][value={role}]").check()
        office.press("案内メールを送る")
        office.reads(email)
    second = people.invited("事務局", "jimu2@example.jp", "パスワード")
    people.set_second_factor(second)
    graders = [people.invited("採点者", f"saiten{n}@example.jp", "パスワード") for n in (1, 2, 3)]
    for grader in graders:
        people.set_second_factor(grader)
    return office, second, graders


def _open_cohort(office: Person, folder: Path) -> str:
    """A cohort whose days were the day before yesterday and yesterday, with a roster from a cp932 file."""
    today = clock.today_jst()
    office.go("/office/cohorts/new")
    office.fill("ordinal", "3")
    office.fill("day1_on", (today - timedelta(days=2)).isoformat())
    office.fill("day2_on", (today - timedelta(days=1)).isoformat())
    office.press("この内容で開設する")
    cohort = office.page.url.removeprefix(office.site.url)
    roster = folder / "名簿.csv"
    roster.write_text(
        "氏名,ふりがな,メールアドレス,会社名\n"
        f"{NAME},たかさき よしこ,{EMAIL},架空商事\n"
        "架空 花子,かくう はなこ,hanako@example.com,\n",
        "utf-8-sig",
    )
    office.go(f"{cohort}/roster")
    office.page.set_input_files("main input[type=file]", roster)
    office.press("内容を確かめる")
    office.reads(NAME)
    office.press("2名を取り込む")
    office.reads(EMAIL)
    return cohort


def _enroll(people: People, office: Person, cohort: str) -> Person:
    """A confirmed payment invites; the terms come before everything else."""
    office.go(f"{cohort}/payments")
    office.page.locator("main tr", has_text=NAME).get_by_role("link").first.click()
    office.look()
    office.press("入金を確認済みにする")
    office.reads("確認済み")
    participant = people.invited("受講者", EMAIL, "パスワード", phone=True)
    participant.go("/lessons")
    participant.reads("への同意")
    participant.page.locator("main input[type=checkbox]").check()
    participant.press("同意して始める")
    participant.go("/")
    participant.reads(NAME)
    return participant


def _study(participant: Person) -> None:
    """Five lessons, each read, its worksheet begun in the first, its quiz passed; a wrong try comes first."""
    for number in range(1, 6):
        lesson = f"L0{number}"
        participant.go(f"/lessons/{lesson}")
        if number == 1:
            participant.page.locator("main .worksheet textarea").first.fill(
                "当社では、就業環境を害する言動をカスハラと定めます。"
            )
            participant.page.get_by_role("button", name="保存する").first.click()
            participant.reads("保存")
        participant.press("読み終えました")
        keys = _quiz_keys(lesson)
        if number == 1:
            _try_quiz(participant, lesson, {question: next(o for o in "abcd" if o != key) for question, key in keys.items()})
            participant.reads("再挑戦")
        _try_quiz(participant, lesson, keys)
        participant.reads("合格")


def _study_the_rest(people: People) -> None:
    """The other sixteen lessons, by the same verbs: their pages are the five's again."""
    app = application_of(people.site)
    with app.app_context():
        account = find_account_by_email(EMAIL)
        assert account is not None
        study_everything(account.id, now=clock.now(), pace=timedelta())


def _quiz_keys(lesson: str) -> dict[str, str]:
    quiz = YAML(typ="safe", pure=True).load((ROOT / f"content/lessons/practitioner/{lesson}.quiz.yaml").read_text("utf-8"))
    return {question["id"]: question["key"] for question in quiz["questions"]}


def _try_quiz(participant: Person, lesson: str, chosen: dict[str, str]) -> None:
    participant.go(f"/lessons/{lesson}/quiz")
    for question, option in chosen.items():
        participant.page.locator(f"[name='{question}'][value='{option}']").check()
    participant.press("答え合わせをする")


def _open_exam(office: Person, cohort: str) -> None:
    """Attendance by hand for both days, then the window."""
    office.go(f"{cohort}/attendance")
    for box in office.page.locator("main input[name^='minutes-']").all():
        box.fill("290")
    office.press("保存する")
    office.reads("基準以上")
    now = clock.to_jst(clock.now())
    office.go(f"{cohort}/exam/window/1")
    office.fill("opens_at", f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    office.fill("closes_at", f"{now + timedelta(days=5):%Y-%m-%dT%H:%M}")
    office.press("受験期間を保存する")
    office.go(f"{cohort}/exam")
    _look_at_readiness(office)
    office.go(f"{cohort}/exam")


def _look_at_readiness(office: Person) -> None:
    """A closed test installation lacks a copy of the database and a public address: said in red, taken on with a reason."""
    office.press("開催前点検を見る")
    office.page.locator("main form[action*='/readiness/'] button").first.click()
    office.page.wait_for_load_state()
    office.reads("暗号化した通信(https)で受け付けている")
    office.reads("いま、受講者は試験を開始できません")
    office.page.locator("summary", has_text="赤の項目があるまま開催する").click()
    office.fill("reason", "外部に公開していない試験用の設置のため")
    office.press("責任を持って開催する")
    office.reads("赤の項目があるまま開催します")


def _sit(participant: Person, people: People) -> None:
    """All forty choice questions, two of them wrong, both essays; the page says 保存済み before anything is handed in."""
    participant.page.set_viewport_size({"width": 1366, "height": 768})
    participant.go("/exam")
    for box in participant.page.locator("main input[name=pledge]").all():
        box.check()
    participant.press("試験を開始する")
    paper = _paper(people)
    for question in paper.section("choice").questions:
        assert isinstance(question, PaperChoiceQuestion)
        wrong = next(option.id for option in question.options if option.id != question.key)
        chosen = wrong if question.number in {1, 2} else question.key
        participant.page.locator(f"input[name='answer-{question.id}'][value='{chosen}']").check()
        if question.number < 40:
            participant.page.click("#turn-on")
    expect(participant.page.locator("#palette-count")).to_contain_text("40/40")
    expect(participant.page.locator("#saved-line")).to_have_text(SAVED)
    participant.press("この大問を提出する")
    participant.press("「選択問題」を提出する")
    for number, question in enumerate(paper.section("essay").questions, start=1):
        essay = participant.page.locator(f"textarea[name='answer-{question.id}']")
        essay.fill(ESSAY * 6)
        expect(participant.page.locator(f"#c-{question.number}")).to_contain_text(str(count_characters(ESSAY * 6)))
        if number == 1:
            participant.page.click("#turn-on")
    expect(participant.page.locator("#saved-line")).to_have_text(SAVED)
    participant.press("この大問を提出する")
    participant.press("「論述問題」を提出する")
    participant.go("/exam")
    participant.press("提出控を見る・印刷する")
    participant.reads("40/40問に解答")
    participant.reads("2/2問に解答")


def _paper(people: People) -> Paper:
    engine = create_engine(f"sqlite:///{people.site.folder / 'lms.sqlite'}")
    with engine.connect() as connection:
        body = connection.scalar(text("SELECT body FROM papers"))
    engine.dispose()
    return paper_from_json(str(body))


def _grade(office: Person, cohort: str, graders: list[Person], people: People) -> None:
    """Two graders disagree about one essay, so the third adjudicates; the others agree."""
    office.go(f"{cohort}/grading")
    office.press("採点を始める")
    _find_the_common_measure(graders[0], people)
    harsh: set[str] = set()
    for grader in graders:
        while _grade_next(grader, harsh):
            pass
    for grader in graders:
        while _grade_next(grader, harsh):
            pass
    office.go(f"{cohort}/grading")
    office.reads("すべての答案の得点が決まりました")


def _find_the_common_measure(grader: Person, people: People) -> None:
    """One grader marks a 見本答案 far too low and reads what was agreed; from then on everybody has agreed on all of them."""
    _grade_next(grader, set())
    grader.reads("もう一度採点してください")
    app = application_of(people.site)
    with app.app_context():
        calibrate(db.session.scalars(select(ExamWindow.id)).one())


def _grade_next(grader: Person, harsh: set[str]) -> bool:
    """Grade what waits next; the very first mark of the story is the harsh one."""
    grader.go("/grading")
    button = grader.page.get_by_role("link", name="次の答案を採点する")
    if not button.count():
        return False
    button.click()
    grader.look()
    for private in (NAME, EMAIL, "架空商事"):
        grader.does_not_read(private)
    points = "4" if harsh else "1"
    harsh.add("given")
    for criterion in grader.page.locator("fieldset.criterion").all():
        criterion.locator(f"input[value='{points}']").check()
    grader.fill("feedback", "事実と推測を分けて書けています。")
    grader.fill("note", "採点基準の記述に照らして判断した。")
    grader.press("採点を確定する")
    grader.press("確定して次の答案へ")
    return True


def _release(office: Person, second_office: Person, cohort: str, participant: Person, people: People) -> None:
    """The window closes; finalized by one, released by another; the mail carries no result, the page does."""
    _let_the_window_close(people)
    participant.go("/result")
    participant.does_not_read("合格おめでとう")
    second_office.go(f"{cohort}/results/meeting")
    second_office.press("判定案を作る")
    office.go(f"{cohort}/results")
    office.press("得点と合否の確定に進む")
    office.press("得点と合否を確定する")
    second_office.go(f"{cohort}/results")
    second_office.press("結果の公開に進む")
    second_office.press("1名に公開する")
    mail = people.mailbox.wait_for(EMAIL, "結果")
    assert "合格" not in mail
    participant.go("/result")
    participant.reads("合格")
    participant.reads("事実と推測を分けて書けています。")


def _let_the_window_close(people: People) -> None:
    """Five days pass: told to the database, because nobody waits for them."""
    engine = create_engine(f"sqlite:///{people.site.folder / 'lms.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE exam_windows SET closes_at = opens_at, opens_at = datetime(opens_at, '-5 days')"))
    engine.dispose()


def _certify(office: Person, second_office: Person, cohort: str, participant: Person, people: People) -> tuple[str, str]:
    """Proposed by one, approved by the other, issued; the holder reads number and code on the PDF."""
    office.go(f"{cohort}/certification")
    office.press("選んだ方の修了認定を提案する")
    second_office.go(f"{cohort}/certification")
    second_office.page.locator("main button", has_text="承認する").first.click()
    second_office.look()
    second_office.press("発行の内容を確かめる")
    second_office.press("1件を発行する")
    people.mailbox.wait_for(EMAIL, "認定証")
    participant.go("/certificate")
    participant.reads(NAME)
    pdf = participant.page.request.get(f"{people.site.url}/certificate/pdf").body()
    words = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert NAME.replace(" ", "") in words.replace(" ", "").replace("\u3000", "")
    number = next(part for part in words.split() if part.startswith("JHRMA-CH-"))
    assert number == f"JHRMA-CH-{clock.today_jst().year}-0001-{number[-1]}"
    code = words[words.rindex("確認コード") + len("確認コード") :].split()[0]
    office.go("/office/register")
    office.reads(number)
    return number, code


def _check_as_stranger(people: People, participant: Person, number: str, code: str) -> None:
    """A stranger learns that it is valid, the name only when the holder allows it."""
    stranger = people.meet("照会者", phone=True)
    _look_up(stranger, number, code)
    stranger.reads("有効")
    stranger.does_not_read(NAME)
    stranger.fill("name", "高崎 吉子")
    stranger.press("照合する")
    stranger.reads("一致")
    participant.go("/certificate")
    participant.page.locator("main form button.button-quiet").first.click()
    _look_up(stranger, number, code)
    stranger.reads(NAME)
    _look_up(stranger, number, code[:-1] + ("0" if code[-1] != "0" else "1"))
    stranger.reads("この認定番号は確認できません")
    _drop_the_pdf(stranger, participant.page.request.get(f"{people.site.url}/certificate/pdf").body())
    people.site.flask("register", "verify")
    people.site.flask("exam", "recompute")
    people.site.flask("content", "check")


def _drop_the_pdf(stranger: Person, pdf: bytes) -> None:
    """The page works out the hash; the file itself is never sent."""
    sent: list[str] = []
    stranger.page.on("request", lambda request: sent.append(request.post_data or ""))
    for body, words in ((pdf, "当協会発行・改変なし・有効"), (pdf[:-1] + b" ", "確認できませんでした")):
        stranger.go("/verify")
        file = {"name": "認定証.pdf", "mimeType": "application/pdf", "buffer": body}
        stranger.page.get_by_label("認定証のPDFファイル").set_input_files(file)
        stranger.page.wait_for_url("**/verify/document")
        stranger.reads(words)
        stranger.look()
        assert hashlib.sha256(body).hexdigest() in "".join(sent)
    assert "PDF-" not in "".join(sent)


def _look_up(stranger: Person, number: str, code: str) -> None:
    stranger.go("/verify")
    stranger.fill("number", number)
    stranger.fill("code", code)
    stranger.press("照会する")
