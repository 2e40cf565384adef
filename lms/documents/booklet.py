"""問題冊子 and 解答用紙 of a drawn paper, for an outage or for a reader who needs paper."""

from collections.abc import Iterator
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, PageBreak, Spacer, Table

from lms.documents.records import AnswerSpace, Booklet, PrintedQuestion, PrintedSection
from lms.documents.sheets import INK, RULE, TEXT_WIDTH, Typesetter, build_pdf, ruled_table

GRID_COLUMNS, GRID_ROWS = 20, 22
"""原稿用紙: 440 places on a page, so that two pages hold the 880字 that are graded at most."""
GRID_CELL = 8.1 * mm
LINES_PER_COLUMN = 20


def press_booklet(booklet: Booklet, font_folder: Path) -> bytes:
    """Return the 問題冊子 as PDF; the same paper gives the same bytes. Raises FontsNotBuilt."""
    return build_pdf(
        font_folder,
        f"{booklet.title} 問題冊子",
        f"問題冊子　受験番号 {booklet.candidate_number}　{booklet.version}",
        lambda setter: list(_booklet(booklet, setter)),
        fingerprint=booklet.paper_sha256,
    )


def press_answer_sheet(booklet: Booklet, font_folder: Path) -> bytes:
    """Return the 解答用紙 that belongs to the booklet as PDF. Raises FontsNotBuilt."""
    return build_pdf(
        font_folder,
        f"{booklet.title} 解答用紙",
        f"解答用紙　受験番号 {booklet.candidate_number}　{booklet.version}",
        lambda setter: list(_answer_sheet(booklet, setter)),
        fingerprint=booklet.paper_sha256,
    )


def _booklet(booklet: Booklet, setter: Typesetter) -> Iterator[Flowable]:
    yield from _cover(booklet, setter)
    for section in booklet.sections:
        yield PageBreak()
        yield from _section_head(section, setter)
        for question in section.questions:
            yield from _question(question, setter)


def _cover(booklet: Booklet, setter: Typesetter) -> Iterator[Flowable]:
    yield Spacer(0, 20 * mm)
    yield setter.paragraph(booklet.title, size=17, after=6)
    yield setter.paragraph("問題冊子", size=22, after=16)
    yield _facts(
        setter,
        [("受験番号", booklet.candidate_number), ("試験の版", booklet.version)]
        + [(f"大問{index} {section.title}", _conditions(section)) for index, section in enumerate(booklet.sections, 1)],
    )
    yield Spacer(0, 8 * mm)
    for sentence in (
        "開始の合図があるまで、この冊子を開かないでください。",
        "解答は、解答用紙に記入してください。氏名は書かず、受験番号だけを記入してください。",
        "大問ごとに時間を計ります。次の大問へ進んだ後は、前の大問へ戻れません。",
        "実在の人物や会社の名前は書かないでください。",
    ):
        yield setter.paragraph("・" + sentence, hanging=11, after=3)
    yield Spacer(0, 5 * mm)
    yield setter.paragraph("受験前の誓約", size=12)
    for sentence in booklet.pledge:
        yield setter.paragraph("□ " + sentence, hanging=14, after=3)
    yield Spacer(0, 8 * mm)
    yield setter.paragraph(f"この冊子の内容のSHA-256　{booklet.paper_sha256}", size=7)


def _conditions(section: PrintedSection) -> str:
    extra = f"(時間延長 {section.extra_minutes}分を含む)" if section.extra_minutes else ""
    return f"{len(section.questions)}問　{section.minutes + section.extra_minutes}分{extra}　{section.points}点"


def _facts(setter: Typesetter, facts: list[tuple[str, str]]) -> Table:
    cells = [[setter.paragraph(name, after=0), setter.paragraph(value, after=0)] for name, value in facts]
    table = Table(cells, colWidths=[45 * mm, TEXT_WIDTH - 45 * mm], hAlign="LEFT")
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), setter.book.font_name),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    return table


def _section_head(section: PrintedSection, setter: Typesetter) -> Iterator[Flowable]:
    yield setter.paragraph(section.title, size=15, after=2)
    yield setter.paragraph(f"{_conditions(section)}　{section.materials_note}", size=9.5)
    yield HRFlowable(width="100%", thickness=0.6, color=INK, spaceAfter=8)


def _question(question: PrintedQuestion, setter: Typesetter) -> Iterator[Flowable]:
    if question.case_text:
        yield CondPageBreak(60 * mm)
        yield setter.paragraph(f"【{question.case_title}】", size=11.5)
        yield from setter.markdown(question.case_text)
    title = f"　{question.title}" if question.title else ""
    head = setter.paragraph(f"問{question.number}{title}　({question.points}点)", size=11, after=3)
    body = setter.markdown(question.text)
    answers = [*_options(question, setter), Spacer(0, 5 * mm)]
    if len(body) > 4:
        yield CondPageBreak(50 * mm)
        yield head
        yield from body
        yield from answers
    else:
        yield KeepTogether([head, *body, *answers])


def _options(question: PrintedQuestion, setter: Typesetter) -> Iterator[Flowable]:
    for option in question.answer.options:
        yield setter.paragraph(f"{option.mark}　{option.text}", indent=8, hanging=21, after=2)
    if question.answer.targets:
        yield setter.paragraph("次の中から選ぶもの", size=9.5, indent=8, after=2)
        for target in question.answer.targets:
            yield setter.paragraph(f"{target.mark}　{target.text}", indent=8, hanging=21, after=2)
    if hint := _hint(question):
        yield setter.paragraph(hint, size=9.5, indent=8, after=2)


def _hint(question: PrintedQuestion) -> str:
    hints = {
        AnswerSpace.SEVERAL: "当てはまるものをすべて選んでください。",
        AnswerSpace.ORDER: "正しい順に並べてください。",
        AnswerSpace.LINE: f"単位: {question.answer.unit}" if question.answer.unit else "",
        AnswerSpace.ESSAY: f"{question.answer.min_chars}〜{question.answer.max_chars}字。空白と改行は数えません。",
    }
    return hints.get(question.answer.space, "")


def _answer_sheet(booklet: Booklet, setter: Typesetter) -> Iterator[Flowable]:
    for index, section in enumerate(booklet.sections):
        if index:
            yield PageBreak()
        yield from _sheet_head(booklet, section, setter)
        short = [question for question in section.questions if question.answer.space is not AnswerSpace.ESSAY]
        if short:
            yield _two_columns([_answer_row(question, setter) for question in short], setter)
        for number, question in enumerate(each for each in section.questions if each.answer.space is AnswerSpace.ESSAY):
            if number or short:
                yield PageBreak()
                yield from _sheet_head(booklet, section, setter)
            yield from _manuscript(booklet, section, question, setter)


def _sheet_head(booklet: Booklet, section: PrintedSection, setter: Typesetter) -> Iterator[Flowable]:
    yield setter.paragraph(f"{booklet.title}　解答用紙　{section.title}", size=12.5, after=3)
    yield setter.paragraph(f"受験番号　{booklet.candidate_number}　　氏名は書かないでください。", size=10, after=8)


def _two_columns(rows: list[list[Flowable]], setter: Typesetter) -> Table:
    half = (TEXT_WIDTH - 6 * mm) / 2
    columns = [rows[start : start + LINES_PER_COLUMN] for start in range(0, len(rows), LINES_PER_COLUMN)]
    head = [setter.paragraph("設問", size=9, after=0), setter.paragraph("解答", size=9, after=0)]
    tables = [ruled_table([head, *column], [16 * mm, half - 16 * mm], setter.book.font_name) for column in columns]
    pairs = [tables[start : start + 2] for start in range(0, len(tables), 2)]
    cells = [[pair[0], "", pair[1] if len(pair) > 1 else ""] for pair in pairs]
    layout = Table(cells, colWidths=[half, 6 * mm, half], hAlign="LEFT")
    layout.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), setter.book.font_name),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return layout


def _answer_row(question: PrintedQuestion, setter: Typesetter) -> list[Flowable]:
    return [
        setter.paragraph(f"問{question.number}", size=10, after=0),
        setter.paragraph(_answer_place(question), size=10.5, after=0),
    ]


def _answer_place(question: PrintedQuestion) -> str:
    marks = [option.mark for option in question.answer.options]
    if question.answer.space in (AnswerSpace.ONE, AnswerSpace.SEVERAL):
        box = "○" if question.answer.space is AnswerSpace.ONE else "□"
        return "　".join(f"{box} {mark}" for mark in marks)
    if question.answer.space is AnswerSpace.ORDER:
        return " → ".join("(　)" for _ in marks)
    if question.answer.space is AnswerSpace.MATCH:
        return "　".join(f"{mark} (　)" for mark in marks)
    return f"　　　　　　　{question.answer.unit}"


def _manuscript(booklet: Booklet, section: PrintedSection, question: PrintedQuestion, setter: Typesetter) -> Iterator[Flowable]:
    pages = -(-question.answer.max_chars * 11 // (10 * GRID_COLUMNS * GRID_ROWS))
    for page in range(pages):
        if page:
            yield PageBreak()
            yield from _sheet_head(booklet, section, setter)
        place = f"　{page + 1}枚目/{pages}枚" if pages > 1 else ""
        yield setter.paragraph(
            f"問{question.number}　{question.title}　{question.answer.min_chars}〜{question.answer.max_chars}字{place}", size=10.5
        )
        yield ManuscriptGrid(page * GRID_COLUMNS * GRID_ROWS, setter)


class ManuscriptGrid(Flowable):
    """原稿用紙 written from left to right, with the count of places at every fifth line."""

    def __init__(self, before: int, setter: Typesetter) -> None:
        super().__init__()
        self._before = before
        self._setter = setter
        self.width = GRID_COLUMNS * GRID_CELL
        self.height = GRID_ROWS * (GRID_CELL + 1.6 * mm)
        self.canv: Canvas

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its fixed size in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw line by line from the top."""
        canvas, book = self.canv, self._setter.book
        canvas.setStrokeColor(RULE)
        canvas.setFillColor(INK)
        canvas.setLineWidth(0.35)
        canvas.setFont(book.font_name, 6.5)
        for row in range(GRID_ROWS):
            bottom = self.height - (row + 1) * (GRID_CELL + 1.6 * mm) + 1.6 * mm
            for column in range(GRID_COLUMNS):
                canvas.rect(column * GRID_CELL, bottom, GRID_CELL, GRID_CELL)
            if (row + 1) % 5 == 0 or row + 1 == GRID_ROWS:
                count = str(self._before + (row + 1) * GRID_COLUMNS)
                canvas.drawString(self.width + 1.2 * mm, bottom + 1 * mm, book.drawable(count))
