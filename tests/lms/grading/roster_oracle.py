"""An oracle for 利益相反 and four eyes, written from the rules as words and without the code it judges."""

import unicodedata
from dataclasses import dataclass, field
from itertools import combinations


@dataclass
class Roster:
    """Staff and participants with what ties them; kinds are words: seated, taught, same_company, consulted, declared."""

    companies: dict[int, str]
    """Participant → company as typed; empty for none."""
    belongs: set[tuple[int, str]] = field(default_factory=set)
    """(staff, company as typed)."""
    declared: set[tuple[int, int, str]] = field(default_factory=set)
    """(staff, participant, kind)."""
    teachers: set[int] = field(default_factory=set)
    seated: set[int] = field(default_factory=set)
    no_grading: set[str] = field(default_factory=set)
    """The kinds of ties that keep from grading."""
    no_deciding: set[str] = field(default_factory=set)

    def ties(self, staff: int, participant: int) -> set[str]:
        """Every kind of tie between the two."""
        found = {kind for who, whom, kind in self.declared if (who, whom) == (staff, participant)}
        company = plain(self.companies[participant])
        if company and any(who == staff and plain(name) == company for who, name in self.belongs):
            found.add("same_company")
        if staff in self.teachers:
            found.add("taught")
        if staff in self.seated:
            found.add("seated")
        return found

    def may_grade(self, staff: int, participant: int) -> bool:
        """Whether the person may read this participant's essays."""
        return not self.ties(staff, participant) & (self.no_grading | {"seated"})

    def may_decide(self, staff: int, participant: int) -> bool:
        """Whether the person may take part in the decision about this participant."""
        return not self.ties(staff, participant) & (self.no_deciding | {"seated"})

    def is_staffed(self, participant: int, graders: set[int], deciders: set[int]) -> bool:
        """Whether three graders and two other people who decide can be found, by trying all."""
        able = [each for each in graders if self.may_grade(each, participant)]
        deciding = {each for each in deciders if self.may_decide(each, participant)}
        return any(len(deciding - set(three)) >= 2 for three in combinations(able, 3))


FORMS = ("株式会社", "(株)", "有限会社", "(有)", "合同会社", "(同)", "一般社団法人", "公益財団法人", "医療法人", "学校法人")
OLD_LETTERS = {"髙": "高", "邊": "辺"}


def plain(company: str) -> str:
    """A company's name without its form and without differences of width, case, kana, old letters and blanks."""
    letters = [each for each in unicodedata.normalize("NFKC", company).lower() if not each.isspace()]
    name = "".join(OLD_LETTERS.get(each, _katakana(each)) for each in letters)
    for form in FORMS:
        name = name.removeprefix(form).removesuffix(form)
    return name


def _katakana(letter: str) -> str:
    told = unicodedata.name(letter, "")
    return unicodedata.lookup(told.replace("HIRAGANA", "KATAKANA")) if told.startswith("HIRAGANA LETTER") else letter
