"""The exam content that ships: it parses without errors, fills the blueprint and is honest about its review."""

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.demo.people import read_cast
from lms.exam_engine.definitions import ChoiceQuestion, ChoiceSection, EssayQuestion, EssaySection, Exam, QuestionStatus
from lms.exam_engine.papers import draw_paper, paper_from_json, paper_to_json
from lms.exams.queries.content import list_problems_in
from lms.exams.source import load_exam
from lms.text import count_characters

CONTENT = ROOT / "content"


@pytest.fixture(scope="module")
def exam() -> Exam:
    return load_exam(CONTENT, "practitioner")


def test_the_exam_has_no_errors() -> None:
    assert [problem for problem in list_problems_in(CONTENT) if problem.is_error] == []


def test_the_bank_is_large_enough_for_a_paper_and_part_of_another(exam: Exam) -> None:
    assert len(exam.questions) >= 60
    assert {essay.type for essay in exam.essays} >= {"T1", "T3", "T4", "T6"}


def test_a_resit_draws_other_essays(exam: Exam) -> None:
    first = draw_paper(exam, seed="the first sitting")
    again = draw_paper(exam, seed="the second sitting", avoid=first.question_ids("essay"))
    assert not set(first.question_ids("essay")) & set(again.question_ids("essay"))
    assert set(Counter(essay.type for essay in _drawable_essays(exam)).values()) == {2}


def test_the_demo_has_an_essay_for_every_prompt_that_can_be_drawn(exam: Exam) -> None:
    written = {essay.question for essay in read_cast(CONTENT).essays}
    assert written >= {essay.id for essay in _drawable_essays(exam)}


def _drawable_essays(exam: Exam) -> list[EssayQuestion]:
    slots = [slot for section in exam.sections if isinstance(section, EssaySection) for slot in section.slots]
    return [essay for essay in exam.essays if any(essay.type in slot.types for slot in slots)]


def test_the_blueprint_is_the_one_that_was_decided(exam: Exam) -> None:
    assert [(section.title, section.question_count, section.max_points) for section in exam.sections] == [
        ("選択問題", 40, Decimal(100)),
        ("論述問題", 2, Decimal(50)),
    ]
    assert (exam.pass_rule.total, dict(exam.pass_rule.sections)) == (Decimal(105), {"choice": Decimal(60), "essay": Decimal(25)})


def test_every_cell_of_the_blueprint_has_questions_to_choose_from(exam: Exam) -> None:
    stock = Counter((question.domain, question.level) for question in exam.questions)
    for section in exam.sections:
        for quota in section.quotas if isinstance(section, ChoiceSection) else ():
            assert stock[quota.domain, quota.level] >= quota.count


def test_nothing_claims_a_review_that_did_not_happen(exam: Exam) -> None:
    for question in (*exam.questions, *exam.essays):
        if question.status in {QuestionStatus.UNREVIEWED, QuestionStatus.RETIRED}:
            assert question.reviewers == ()
        else:
            assert question.reviewers


def test_right_options_stand_in_all_four_places(exam: Exam) -> None:
    choices = _choices(exam)
    keys = Counter(question.key for question in choices)
    assert set(keys) == set("abcd")
    assert min(keys.values()) * 8 >= len(choices)


def test_right_options_are_not_given_away_by_their_length(exam: Exam) -> None:
    longest = 0
    for question in _choices(exam):
        lengths = {option.id: count_characters(option.text) for option in question.options}
        longest += all(lengths[question.key] > length for option, length in lengths.items() if option != question.key)
    assert longest <= len(_choices(exam)) // 2


def _choices(exam: Exam) -> list[ChoiceQuestion]:
    return [question for question in exam.questions if isinstance(question, ChoiceQuestion)]


def test_a_paper_drawn_from_the_shipped_bank_survives_storage(exam: Exam) -> None:
    paper = draw_paper(exam, seed="the shipped bank")
    assert paper_from_json(paper_to_json(paper)) == paper


def test_a_problem_is_printed_with_file_line_and_a_japanese_sentence(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    bank = tmp_path / "content/exams/practitioner/bank/d1.yaml"
    lines = bank.read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines) if text.strip().startswith("key:"))
    lines[line] = "    key: z"
    bank.write_text("\n".join(lines), encoding="utf-8")
    found = [problem for problem in list_problems_in(tmp_path / "content") if problem.is_error]
    assert [(problem.file, problem.line) for problem in found] == [("content/exams/practitioner/bank/d1.yaml", line + 1)]
    assert "正答「z」は選択肢にありません。" in found[0].sentence


def test_missing_files_are_problems_and_not_crashes(tmp_path: Path) -> None:
    assert list_problems_in(tmp_path)[0].is_error
    shutil.copytree(CONTENT, tmp_path / "content")
    (tmp_path / "content/facts.yaml").unlink()
    assert "facts.yaml" in list_problems_in(tmp_path / "content")[0].file


def test_a_bank_saved_in_another_encoding_is_named_and_keeps_the_exam_closed(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    bank = content / "exams" / "practitioner" / "bank" / "d2.yaml"
    bank.write_bytes(bank.read_text(encoding="utf-8").encode("cp932", "replace"))
    problems = [problem for problem in list_problems_in(content) if problem.is_error]
    assert [(Path(problem.file).name, problem.line > 1) for problem in problems] == [("d2.yaml", True)]
