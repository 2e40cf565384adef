"""The frozen record of a company's manual, which is written as a Word file, as Markdown and on screen alike."""

import re
from dataclasses import dataclass
from datetime import date

UNWRITTEN = "未記入"
COMPANY_UNKNOWN = "(会社名)"
DRAFT = "下書き"
GAPS_TITLE = "未記入の項目"
NO_GAPS = "未記入の項目はありません。"
NOTICE_TITLE = "付録 出典と注意"
SOURCES_INTRO = "記入に使ったレッスン"
CONTENTS_TITLE = "目次"

_NOT_IN_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a worksheet as the manual shows it; `number` is its place (「2-3」), empty outside the chapters."""

    number: str
    label: str
    text: str
    lesson_id: str
    lesson_title: str
    key: str

    @property
    def heading(self) -> str:
        """Number and label."""
        return f"{self.number} {self.label}".strip()

    @property
    def lesson(self) -> str:
        """The lesson it is written in."""
        return f"{self.lesson_id} {self.lesson_title}".strip()

    @property
    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """The answer in paragraphs of lines, without what no document can hold; nothing when nothing is written."""
        return paragraphs_of(self.text)

    @property
    def is_written(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; `number` is 0 for answers to questions that are not asked any more."""

    id: str
    number: int
    title: str
    intro: str
    entries: tuple[Entry, ...]

    @property
    def heading(self) -> str:
        """「第2章 定義と判断の基準」."""
        return f"第{self.number}章 {self.title}" if self.number else self.title

    @property
    def written(self) -> int:
        """How many of its fields are written."""
        return sum(entry.is_written for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Source:
    """A lesson whose worksheet went into the manual, and the day its law is of."""

    lesson_id: str
    title: str
    as_of: date

    @property
    def words(self) -> str:
        """「L01 カスハラとは何か(2026年11月1日現在)」."""
        return f"{self.lesson_id} {self.title}({day_words(self.as_of)}現在)"


@dataclass(frozen=True, slots=True)
class Manual:
    """A company's manual as it stands on a day."""

    title: str
    intro: str
    company: str
    association: str
    course: str
    made_on: date
    chapters: tuple[Chapter, ...]
    earlier: Chapter | None
    """Answers to questions of lessons as they once were."""
    sources: tuple[Source, ...]

    @property
    def parts(self) -> tuple[Chapter, ...]:
        """Everything with answers, in order."""
        return (*self.chapters, self.earlier) if self.earlier else self.chapters

    @property
    def total(self) -> int:
        """How many fields there are."""
        return sum(len(chapter.entries) for chapter in self.chapters)

    @property
    def written(self) -> int:
        """How many of them are written."""
        return sum(chapter.written for chapter in self.chapters)

    @property
    def gaps(self) -> tuple[Entry, ...]:
        """What is not written yet, in order."""
        return tuple(entry for chapter in self.chapters for entry in chapter.entries if not entry.is_written)

    @property
    def company_words(self) -> str:
        """The company, or the place where its name belongs."""
        return one_line(self.company) or COMPANY_UNKNOWN

    @property
    def progress_words(self) -> str:
        """「42項目のうち18項目を記入」."""
        return f"{self.total}項目のうち{self.written}項目を記入"

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know before relying on it."""
        return (
            f"この文書は、{self.association}の「{self.course}」で受講者が自組織ワークに記入した内容を、"
            "社内で使う順に並べた下書きです。協会が内容を確認・承認したものではありません。",
            "社内で使う前に、法務担当者、弁護士、社会保険労務士等の確認を受け、労働者の意見を聴いてください。",
            "法令・指針・条例は改正されます。下のレッスンの時点より後の改正は、所管官庁等の最新の資料で確かめてください。",
            "お客様や従業員の氏名、連絡先などの個人情報が残っていないことを、配る前に確かめてください。",
        )


def day_words(day: date) -> str:
    """「2026年12月1日」."""
    return f"{day.year}年{day.month}月{day.day}日"


def plain(text: str) -> str:
    """The text without characters that no XML document may hold; line breaks and tabs stay."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The same in one line."""
    return " ".join(plain(text).split())


def paragraphs_of(text: str) -> tuple[tuple[str, ...], ...]:
    """The text in paragraphs (parted by blank lines) of lines."""
    whole = plain(text).strip("\n")
    if not whole.strip():
        return ()
    blocks = _BLANK_LINES.split(_outer_blank_lines(whole))
    return tuple(tuple(line.rstrip() for line in block.split("\n")) for block in blocks)


def _outer_blank_lines(text: str) -> str:
    lines = text.split("\n")
    first = next(index for index, line in enumerate(lines) if line.strip())
    last = next(index for index in range(len(lines) - 1, -1, -1) if lines[index].strip())
    return "\n".join(lines[first : last + 1])
