"""GIFT text → drafts of questions; every fault with its line and column, every thing left aside named."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.exchange.decoding import MAX_QUESTIONS
from lms.exam_engine.exchange.drafts import Draft
from lms.exam_engine.exchange.faults import FaultCode, Place, Unreadable
from lms.exam_engine.exchange.gift_text import Block, LineMap, Piece, blocks
from lms.exam_engine.exchange.markup import Markup
from lms.exam_engine.exchange.options import ReadOption, put_accepted, put_options, put_pairs, unwild
from lms.exam_engine.exchange.tags import read_member_tags, read_tags, settle_domain
from lms.exam_engine.kinds.numeric import read_number

_ID = re.compile(r"\[id:((?:\\\]|[^\]\n])+)\]")
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]\n])+)\]")
_OURS = re.compile(r"(?:question: |not carried: )")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,10})?)%")
_TRUTHS = frozenset({"T", "TRUE", "F", "FALSE"})
_BLANK = "_____"
_WHOLE = Decimal(100)


def read_gift(text: str) -> list[Draft]:
    """The questions of a GIFT file; raises Unreadable beyond 2,000."""
    lines, drafts, categories = LineMap(text), [], []
    for block in blocks(text):
        if block.piece.raw.startswith("$CATEGORY:"):
            categories.append(lines.place(block.piece.at))
            continue
        drafts.append(_Reader(lines, block).read())
        if len(drafts) > MAX_QUESTIONS:
            raise Unreadable(FaultCode.TOO_MANY, lines.place(block.piece.at), {"limit": MAX_QUESTIONS})
    if drafts and categories:
        drafts[0].warn(FaultCode.CATEGORY_DROPPED, categories[0], count=len(categories))
    return drafts


class _Reader:
    """Reads one block into a draft."""

    def __init__(self, lines: LineMap, block: Block) -> None:
        self.lines = lines
        self.block = block
        self.format = "moodle"
        self.draft = Draft(self.place(block.piece))
        said = "\n".join(block.comments)
        self.tags = [_unbracketed(each) for each in _TAG.findall(said)]
        found = _ID.search(said)
        self.named = _unbracketed(found[1]) if found else ""

    def place(self, piece: Piece, at: int = 0) -> Place:
        return self.lines.place(piece.at + at)

    def read(self) -> Draft:
        draft = self.draft
        draft.comments = [each for each in self.block.comments if _is_remark(each)]
        read_tags(draft, self.tags, draft.place)
        body = self._title(self.block.piece)
        parts = self._parts(body) if body else None
        if parts is None:
            return draft
        stem, answers = parts
        kind = _kind(answers)
        if kind not in _READERS:
            draft.refuse(FaultCode.UNSUPPORTED_KIND, self.place(answers or stem), kind=kind)
            return draft
        draft.put("kind", kind)
        settle_domain(draft)
        self._put_stem(kind, body or stem, stem)
        if answers is not None:
            rest, explanation = self._general(answers)
            _READERS[kind](self, rest)
            self._put_general(kind, explanation)
        read_member_tags(draft, self.tags)
        return draft

    def _title(self, piece: Piece) -> Piece | None:
        """What follows the title; a title in the shape of an id, or [id:…] in a comment, is the id."""
        title, rest = "", piece
        if piece.mask.startswith("::"):
            end = piece.mask.find("::", 2)
            if end < 0:
                self.draft.refuse(FaultCode.TITLE_OPEN, self.place(piece))
                return None
            title, rest = piece.cut(2, end).text, piece.cut(end + 2)
        name = self.named or title
        if _NAME.fullmatch(name):
            self.draft.put("id", name, self.place(piece))
        return rest

    def _parts(self, body: Piece) -> tuple[Piece, Piece | None] | None:
        """The text of the question and what stands in braces; None when the braces do not fit together."""
        opening, closing = body.mask.find("{"), body.mask.find("}")
        if opening < 0 and closing < 0:
            return body, None
        if opening < 0 or closing < opening or re.search("[{}]", body.mask[opening + 1 : closing] + body.mask[closing + 1 :]):
            self.draft.refuse(FaultCode.BRACES, self.place(body, max(opening, 0)))
            return None
        return Piece(body.raw, body.mask, body.at).cut(0, opening), body.cut(opening + 1, closing)

    def _put_stem(self, kind: str, body: Piece, stem: Piece) -> None:
        marked, self.format = stem.marked("moodle")
        self._note(marked, stem)
        after = self._phrase(body.cut(body.mask.find("}") + 1)) if "}" in body.mask else ""
        text = f"{marked.text}{_BLANK}{after}" if after else marked.text
        if not text:
            self.draft.refuse(FaultCode.NO_STEM)
        name = {"essay": "prompt", "case": "text"}.get(kind, "stem")
        self.draft.put(name, text, self.place(stem))
        if kind in {"essay", "case"} and "title" not in self.draft.values:
            self.draft.put("title", text[:30].partition("\n")[0] or self.draft.id)
            self.draft.blanks.append("title")

    def _note(self, marked: Markup, piece: Piece) -> str:
        if marked.dropped:
            self.draft.warn(FaultCode.MARKUP_DROPPED, self.place(piece), names=", ".join(sorted(marked.dropped)))
        if marked.has_file:
            self.draft.warn(FaultCode.FILE_DROPPED, self.place(piece))
        return marked.text

    def _general(self, answers: Piece) -> tuple[Piece, Piece | None]:
        found = answers.mask.rfind("####")
        return (answers, None) if found < 0 else (answers.cut(0, found), answers.cut(found + 4))

    def _put_general(self, kind: str, general: Piece | None) -> None:
        text = self._phrase(general) if general is not None else ""
        if not text or general is None:
            return
        if kind in {"matching", "numeric", "short_text"}:
            of_answers = self.draft.values.get("explanation")
            self.draft.put("explanation", f"{text}\n{of_answers}" if of_answers else text, self.place(general))
        else:
            self.draft.warn(FaultCode.FEEDBACK_DROPPED, self.place(general))

    def _phrase(self, piece: Piece) -> str:
        return self._note(piece.marked(self.format)[0], piece)

    def _answer(self, sign: str, part: Piece, *, weight: Decimal, may_weigh: bool) -> ReadOption:
        """An answer with its weight and feedback."""
        found = _WEIGHT.match(part.raw) if may_weigh else None
        if found:
            weight, part = Decimal(found[1]), part.cut(found.end())
        words, feedback = part.parted("#")
        reason = self._phrase(feedback) if feedback is not None else ""
        return ReadOption(self._phrase(words), weight, reason, self.place(words), words.raw)

    def multichoice(self, answers: Piece) -> None:
        """Options; an = makes it a question with one right option."""
        parts = _merged(answers.split("~="))
        read = [
            self._answer(sign, part, weight=_WHOLE if sign == "=" else Decimal(0), may_weigh=sign != "=") for sign, part in parts
        ]
        put_options(self.draft, read, is_single="=" in answers.mask)

    def matching(self, answers: Piece) -> None:
        """Pairs with -> between left and right."""
        pairs = []
        for _, part in answers.split("="):
            left, right = part.parted("->")
            if right is None:
                self.draft.refuse(FaultCode.ARROW_MISSING, self.place(part))
            else:
                pairs.append((self._phrase(left), right.text, self.place(part)))
        put_pairs(self.draft, pairs)

    def short_text(self, answers: Piece) -> None:
        """Words to be accepted."""
        read = [self._answer(sign, part, weight=_WHOLE, may_weigh=True) for sign, part in answers.split("=")]
        put_accepted(self.draft, [unwild(self.draft, each) for each in read])

    def numeric(self, answers: Piece) -> None:
        """One number with a tolerance, or a range."""
        numbers, wrong = answers.cut(1).parted("~")
        if wrong is not None and wrong.raw:
            self.draft.warn(FaultCode.FEEDBACK_DROPPED, self.place(wrong))
        read = [self._answer(sign, part, weight=_WHOLE, may_weigh=True) for sign, part in numbers.split("=")]
        right = [each for each in read if each.weight == _WHOLE]
        if len(right) < len(read):
            self.draft.warn(FaultCode.ANSWER_DROPPED, count=len(read) - len(right))
        if len(right) != 1:
            self.draft.refuse(FaultCode.SEVERAL_RIGHT if right else FaultCode.NO_RIGHT_ANSWER)
            return
        self._put_number(right[0])

    def _put_number(self, answer: ReadOption) -> None:
        low, dots, high = answer.text.partition("..")
        value, _, tolerance = answer.text.partition(":")
        first, second = (read_number(low), read_number(high)) if dots else (read_number(value), read_number(tolerance or "0"))
        if first is None or second is None or (second < first if dots else second < 0):
            self.draft.refuse(FaultCode.NOT_A_NUMBER, answer.place, words=answer.text[:60])
            return
        if dots:
            first, second = (first + second) / 2, (second - first) / 2
        self.draft.put("value", f"{first:f}", answer.place)
        self.draft.put("tolerance", f"{second:f}", answer.place)
        if answer.reason:
            self.draft.put("explanation", answer.reason, answer.place)

    def essay(self, _answers: Piece) -> None:
        """Nothing stands in the braces."""

    def case(self, _answers: Piece) -> None:
        """A text without braces has no answers."""


_READERS: Mapping[str, Callable[[_Reader, Piece], None]] = {
    "single_choice": _Reader.multichoice,
    "matching": _Reader.matching,
    "short_text": _Reader.short_text,
    "numeric": _Reader.numeric,
    "essay": _Reader.essay,
    "case": _Reader.case,
}


def _kind(answers: Piece | None) -> str:
    """The kind as Moodle tells it from the signs in the braces; options become one kind or the other when they are read."""
    if answers is None:
        return "case"
    mask = answers.mask.partition("####")[0] if answers.mask.startswith("####") else answers.mask
    if not mask:
        return "essay"
    if mask.startswith(">"):
        return "ordering"
    if mask.startswith("#"):
        return "numeric"
    if "~" in mask:
        return "single_choice"
    if "=" in mask and "->" in mask[: mask.rfind("####") if "####" in mask else None]:
        return "matching"
    return "truefalse" if answers.parted("#")[0].raw in _TRUTHS else "short_text"


def _merged(parts: Sequence[tuple[str, Piece]]) -> list[tuple[str, Piece]]:
    """Without the empty part of an option that is written ~=."""
    return [(sign, part) for index, (sign, part) in enumerate(parts) if part.raw or _is_meant(parts, index)]


def _is_meant(parts: Sequence[tuple[str, Piece]], index: int) -> bool:
    return not (index + 1 < len(parts) and parts[index][0] == "~" and parts[index + 1][0] == "=")


def _unbracketed(text: str) -> str:
    return text.replace("\\]", "]").strip()


def _is_remark(comment: str) -> bool:
    """Whether a comment was written by a person rather than by an export."""
    return bool(comment) and not (_ID.search(comment) or _TAG.search(comment) or _OURS.match(comment))
