"""Moodle XML → drafts of questions; every fault with its line and column, every thing left aside named."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from lms.exam_engine.exchange.decoding import MAX_QUESTIONS
from lms.exam_engine.exchange.drafts import MAX_MEMBERS, Draft
from lms.exam_engine.exchange.faults import FaultCode, Place, Unreadable
from lms.exam_engine.exchange.markup import Markup, from_html
from lms.exam_engine.exchange.moodle_xml import GRADING_TYPES
from lms.exam_engine.exchange.options import ReadOption, put_accepted, put_options, put_pairs, unwild
from lms.exam_engine.exchange.tags import read_member_tags, read_tags, settle_domain
from lms.exam_engine.exchange.xml_tree import Element, read_xml
from lms.exam_engine.kinds.numeric import read_number

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_GRADER_INFO_OF_OURS = re.compile(r"字数 \d+〜\d+字\(空白と改行を除く\)。採点基準 \S+。")
_WHOLE = Decimal(100)


def read_moodle_xml(text: str) -> list[Draft]:
    """The questions of a Moodle XML file; raises Unreadable when it is none, is unsafe, or holds more than 2,000."""
    root = read_xml(text)
    if root.name != "quiz":
        raise Unreadable(FaultCode.NOT_MOODLE, root.place, {"name": root.name[:40]})
    categories = [each for each in root.all("question") if each.attributes.get("type") == "category"]
    questions = [each for each in root.all("question") if each.attributes.get("type") != "category"]
    if len(questions) > MAX_QUESTIONS:
        raise Unreadable(FaultCode.TOO_MANY, questions[MAX_QUESTIONS].place, {"limit": MAX_QUESTIONS})
    drafts = [_Reader(each).read() for each in questions]
    if drafts and categories:
        drafts[0].warn(FaultCode.CATEGORY_DROPPED, categories[0].place, count=len(categories))
    return drafts


class _Reader:
    """Reads one question into a draft."""

    def __init__(self, question: Element) -> None:
        self.question = question
        self.draft = Draft(question.place)

    def read(self) -> Draft:
        draft, question = self.draft, self.question
        kind = question.attributes.get("type", "")
        tags_at = question.first("tags")
        tags = [each.value("text") for each in tags_at.all("tag")] if tags_at else []
        read_tags(draft, tags, tags_at.place if tags_at else draft.place)
        self._put_name()
        if kind not in _READERS:
            draft.refuse(FaultCode.UNSUPPORTED_KIND, kind=kind[:40])
            return draft
        ours, read = _READERS[kind]
        draft.put("kind", ours)
        read(self)
        settle_domain(draft)
        self._put_stem()
        self._put_feedback()
        self._note_the_rest()
        read_member_tags(draft, tags)
        return draft

    def _put_name(self) -> None:
        at = self.question.first("idnumber") or self.question.first("name")
        name = self.question.value("idnumber") or self.question.value("name")
        if _NAME.fullmatch(name):
            self.draft.put("id", name, at.place if at else None)

    def _put_stem(self) -> None:
        at, kind = self.question.first("questiontext"), self.draft.kind
        text = self.formatted(at) if at else ""
        if not text:
            self.draft.refuse(FaultCode.NO_STEM, at.place if at else None)
        self.draft.put({"essay": "prompt", "case": "text"}.get(kind, "stem"), text, at.place if at else None)
        if kind in {"essay", "case"} and "title" not in self.draft.values:
            self.draft.put("title", self.question.value("name") or text[:30].partition("\n")[0])
            self.draft.blanks.append("title")

    def _put_feedback(self) -> None:
        at = self.question.first("generalfeedback")
        text = self.formatted(at) if at else ""
        if not text or at is None:
            return
        if self.draft.kind in {"ordering", "matching", "numeric", "short_text"}:
            of_answers = self.draft.values.get("explanation")
            self.draft.put("explanation", f"{text}\n{of_answers}" if of_answers else text, at.place)
        else:
            self.draft.warn(FaultCode.FEEDBACK_DROPPED, at.place)

    def _note_the_rest(self) -> None:
        """What our kinds have no place for: points, feedback by result, hints."""
        grade = _number(self.question.value("defaultgrade") or "1")
        if grade not in {0, 1}:
            self.draft.warn(FaultCode.POINTS_DROPPED, points=self.question.value("defaultgrade")[:20])
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "hint"):
            at = self.question.first(name)
            if at is not None and self.question.value(name):
                self.draft.warn(FaultCode.FEEDBACK_DROPPED, at.place)
                return

    def formatted(self, at: Element) -> str:
        """The text of an element as Markdown, with what is left out of it noted."""
        inner = at.first("text")
        text = inner.text if inner is not None else at.text
        marked = from_html(text) if at.attributes.get("format", "html") == "html" else Markup(text)
        if marked.dropped:
            self.draft.warn(FaultCode.MARKUP_DROPPED, at.place, names=", ".join(sorted(marked.dropped)))
        if marked.has_file or at.first("file") is not None:
            self.draft.warn(FaultCode.FILE_DROPPED, at.place)
        return marked.text

    def _answers(self) -> list[ReadOption]:
        """The answers, one more than any question may have at most."""
        return [self._answer(each) for each in self.question.all("answer")[: MAX_MEMBERS + 1]]

    def _answer(self, at: Element) -> ReadOption:
        feedback = at.first("feedback")
        weight = _number(at.attributes.get("fraction", "0"))
        if weight is None:
            self.draft.refuse(FaultCode.NOT_A_NUMBER, at.place, words=at.attributes["fraction"][:60])
        return ReadOption(self.formatted(at), weight or Decimal(0), self.formatted(feedback) if feedback else "", at.place)

    def multichoice(self) -> None:
        """Options with percentages."""
        put_options(self.draft, self._answers(), is_single=self.question.value("single").lower() not in {"false", "0"})

    def ordering(self) -> None:
        """Items in their order, which their fraction may number."""
        answers = sorted(self._answers(), key=lambda each: each.weight)
        if self.draft.is_crowded(len(answers)):
            return
        self.draft.put("items", [{"text": each.text} for each in answers])
        for index, each in enumerate(answers):
            self.draft.places[("items", index)] = each.place
        rules = {name: rule for rule, name in GRADING_TYPES.items()}
        said = self.question.value("gradingtype").upper()
        if "rule" not in self.draft.values:
            self.draft.put("rule", rules.get(said, "per_position"))
            if said not in rules:
                self.draft.warn(FaultCode.WEIGHTS_DROPPED)

    def matching(self) -> None:
        """Pairs of texts."""
        pairs: list[tuple[str, str, Place]] = []
        for each in self.question.all("subquestion")[: MAX_MEMBERS + 1]:
            pairs.append((self.formatted(each), each.value("answer"), each.place))
        put_pairs(self.draft, pairs)

    def short_text(self) -> None:
        """Words to be accepted."""
        put_accepted(self.draft, [unwild(self.draft, each) for each in self._answers()])

    def numeric(self) -> None:
        """One number with a tolerance."""
        answers = [(each, at) for each, at in zip(self._answers(), self.question.all("answer"), strict=False)]
        right = [(each, at) for each, at in answers if each.weight == _WHOLE and each.text != "*"]
        if len(right) < len(answers):
            self.draft.warn(FaultCode.ANSWER_DROPPED, count=len(answers) - len(right))
        if len(right) != 1:
            self.draft.refuse(FaultCode.SEVERAL_RIGHT if right else FaultCode.NO_RIGHT_ANSWER)
            return
        self._put_number(*right[0])
        self._put_unit()

    def _put_number(self, answer: ReadOption, at: Element) -> None:
        value, tolerance = read_number(answer.text), read_number(at.value("tolerance") or "0")
        if value is None or tolerance is None or tolerance < 0:
            words = f"{answer.text} ± {at.value('tolerance')}"
            self.draft.refuse(FaultCode.NOT_A_NUMBER, at.place, words=words[:60])
            return
        self.draft.put("value", f"{value:f}", at.place)
        self.draft.put("tolerance", f"{tolerance:f}", at.place)
        if answer.reason:
            self.draft.put("explanation", answer.reason, at.place)

    def _put_unit(self) -> None:
        units = self.question.first("units")
        named = units.all("unit") if units else []
        plain = [each for each in named if _number(each.value("multiplier") or "1") == 1]
        if plain:
            self.draft.put("unit", plain[0].value("unit_name"), plain[0].place)
        if len(named) > 1:
            self.draft.warn(FaultCode.UNIT_DROPPED, named[-1].place, count=len(named) - 1)

    def essay(self) -> None:
        """A prompt; notes to graders are named as left aside unless they are what we write there ourselves."""
        at = self.question.first("graderinfo")
        text = self.formatted(at) if at else ""
        if at is not None and text and not _GRADER_INFO_OF_OURS.fullmatch(text):
            self.draft.warn(FaultCode.FEEDBACK_DROPPED, at.place)

    def case(self) -> None:
        """A text that asks nothing."""


_READERS: Mapping[str, tuple[str, Callable[[_Reader], None]]] = {
    "multichoice": ("single_choice", _Reader.multichoice),
    "ordering": ("ordering", _Reader.ordering),
    "matching": ("matching", _Reader.matching),
    "match": ("matching", _Reader.matching),
    "numerical": ("numeric", _Reader.numeric),
    "shortanswer": ("short_text", _Reader.short_text),
    "essay": ("essay", _Reader.essay),
    "description": ("case", _Reader.case),
}


def _number(text: str) -> Decimal | None:
    return read_number(text) if len(text) <= 40 else None
