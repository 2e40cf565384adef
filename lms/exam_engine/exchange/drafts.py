"""Questions as read from a file of another system → definitions, or every fault in them with its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.exam_engine.checks import check_company, check_references
from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import Finding, Problem, ProblemCode, Severity, Values
from lms.exam_engine.exchange.entries import MARKDOWN_FIELDS, composed, refused_character, texts_in
from lms.exam_engine.exchange.faults import Fault, FaultCode, Place
from lms.exam_engine.kinds.registry import BANK_KINDS, BankQuestion, Entry
from lms.exam_engine.reading import Collector, Located
from lms.exam_engine.source_models import SourceModel
from lms.exam_engine.vocabulary import QuestionStatus
from lms.exam_engine.yaml_tree import Path, Tree
from lms.text import shorten

TO_BE_WRITTEN = "【要記入】"
"""Stands where a reason or explanation is required and the file has none, until a person writes it."""

LETTERS = "abcdefgh"
_SHOWN_LENGTH = 60
MAX_MEMBERS = 100
"""Options, items, pairs or accepted words of one question that are read at all; our kinds allow far fewer."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What to take where the file says nothing; `as_of` is a day as YAML writes it.

    `seed` decides the ids of items whose order would give the key away; it should be unknown to participants.
    """

    as_of: str
    author: str
    seed: str
    domain: str = ""
    level: str = ""
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the questions will stand beside: facts with their certainty, lessons, rubrics, and what is in the bank already."""

    facts: Mapping[str, str]
    lesson_ids: Collection[str]
    rubric_ids: Collection[str]
    question_ids: Collection[str]
    case_ids: Collection[str]


@dataclass(slots=True)
class Draft:
    """A question or case on its way in: the values of its YAML, and where each was written."""

    place: Place
    values: dict[str, object] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    """The fields filled in by us."""
    right: list[int] = field(default_factory=list)
    """The key of a question with options: positions among them."""
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """The key of a matching question: positions among `lefts` and `rights`."""

    @property
    def id(self) -> str:
        """The id, empty while it has none."""
        return str(self.values.get("id", ""))

    @property
    def kind(self) -> str:
        """The kind, empty when it could not be told."""
        return str(self.values.get("kind", ""))

    def put(self, name: str, value: object, place: Place | None = None) -> None:
        """Set a field; where it was written is its place."""
        self.values[name] = value
        if place is not None:
            self.places[(name,)] = place

    def refuse(self, code: FaultCode, place: Place | None = None, **values: str | int) -> None:
        """Note an error of this question."""
        self.faults.append(Fault(place or self.place, code, values))

    def is_crowded(self, count: int) -> bool:
        """Whether so many options or pairs are beyond all reading, which is then noted."""
        if count > MAX_MEMBERS:
            self.refuse(FaultCode.CROWDED, limit=MAX_MEMBERS)
        return count > MAX_MEMBERS

    def warn(self, code: FaultCode, place: Place | None = None, **values: str | int) -> None:
        """Note what the office should look at."""
        self.faults.append(Fault(place or self.place, code, values, Severity.WARNING))


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that became a definition."""

    definition: Entry
    draft: Draft


def finish(
    drafts: Sequence[Draft], defaults: Defaults, surroundings: Surroundings | None
) -> tuple[tuple[Checked, ...], list[Fault]]:
    """The definitions of the drafts, and every fault and warning; a draft with an error becomes none."""
    _name(drafts)
    for draft in drafts:
        _fill_in(draft, defaults)
        _tidy(draft)
    checked = [(draft, _define(draft)) for draft in drafts]
    found = tuple(Checked(definition, draft) for draft, definition in checked if definition is not None)
    _check_unique(drafts)
    if surroundings is not None:
        _check_beside(found, surroundings)
    faults = [
        Fault(fault.place, fault.code, fault.values, fault.severity, draft.id) for draft in drafts for fault in draft.faults
    ]
    return found, faults


def _name(drafts: Sequence[Draft]) -> None:
    """Give ids to drafts without one."""
    taken = {draft.id for draft in drafts}
    number = 0
    for draft in drafts:
        if draft.id:
            continue
        while (name := f"NEW-{(number := number + 1):03}") in taken:
            continue
        draft.values["id"] = name
        draft.blanks.append("id")


def _fill_in(draft: Draft, defaults: Defaults) -> None:
    values = draft.values
    silent: dict[str, object] = {
        "facts": [],
        "as_of": defaults.as_of,
        "version": 1,
        "status": QuestionStatus.UNREVIEWED.value,
        "author": defaults.author,
        "reviewers": [],
    }
    for name, value in silent.items():
        values.setdefault(name, value)
    known: dict[str, object] = {"lessons": list(defaults.lessons)}
    if draft.kind not in {"essay", "case"}:
        known |= {"domain": defaults.domain, "level": defaults.level}
    for name, value in known.items():
        if value and name not in values:
            values[name] = value
            draft.blanks.append(name)
    _fill_in_words(draft)
    _fill_in_ids(draft, defaults.seed)
    if draft.blanks:
        draft.warn(FaultCode.FILLED_IN, fields=",".join(draft.blanks))
    if values["status"] != QuestionStatus.UNREVIEWED.value and isinstance(values["status"], str):
        draft.warn(FaultCode.STATUS_CARRIED, status=values["status"])


def _fill_in_words(draft: Draft) -> None:
    """Reasons and explanations are required; one that is missing is marked, not invented."""
    missing = []
    for option in _rows(draft, "options"):
        if not option.get("reason"):
            option["reason"] = TO_BE_WRITTEN
            missing.append("reason")
    source = BANK_KINDS[draft.kind].source if draft.kind in BANK_KINDS else None
    if source is not None and "explanation" in source.model_fields and not draft.values.get("explanation"):
        draft.values["explanation"] = TO_BE_WRITTEN
        missing.append("explanation")
    if missing:
        draft.warn(FaultCode.TO_BE_WRITTEN, field=missing[0], count=len(missing))


def _fill_in_ids(draft: Draft, seed: str) -> None:
    """Ids for options and items without one; where ids travel to the browser, none that tell the right order."""
    options, items, shuffler = _rows(draft, "options"), _rows(draft, "items"), Shuffler(seed, f"ids of {draft.id}")
    for option, letter in zip(options, _letters(len(options)), strict=True):
        option.setdefault("id", letter)
    if draft.right:
        key = [options[index]["id"] for index in draft.right]
        draft.values["key"] = key[0] if draft.kind == "single_choice" else key
    if not all("id" in item for item in items):
        letters = _letters(len(items))
        drawn = shuffler.shuffled(letters)
        while len(items) > 2 and drawn in (letters, letters[::-1]):
            drawn = shuffler.shuffled(letters)
        for item, letter in zip(items, drawn, strict=True):
            item["id"] = letter
    _pair(draft, shuffler)


def _letters(count: int) -> list[str]:
    return list(LETTERS[:count]) if count <= len(LETTERS) else [f"i{number:03}" for number in range(1, count + 1)]


def _pair(draft: Draft, shuffler: Shuffler) -> None:
    """The key of a matching question; the right side in the order of its ids, which is not that of the left."""
    lefts, rights = _rows(draft, "lefts"), _rows(draft, "rights")
    if not lefts or not rights:
        return
    for left, number in zip(lefts, range(1, len(lefts) + 1), strict=True):
        left.setdefault("id", f"l{number}")
    if not all("id" in right for right in rights):
        numbers = list(range(1, len(rights) + 1))
        drawn = shuffler.shuffled(numbers)
        while _tells([drawn[right] for _, right in draft.pairs]):
            drawn = shuffler.shuffled(numbers)
        for right, number in zip(rights, drawn, strict=True):
            right["id"] = f"r{number}"
    draft.values["key"] = {lefts[left]["id"]: rights[right]["id"] for left, right in draft.pairs}
    draft.values["rights"] = sorted(rights, key=lambda right: (len(right["id"]), right["id"]))


def _tells(partners: Sequence[int]) -> bool:
    """Whether partners in the order of the left side stand in ascending order, which would tell the pairs."""
    return len(partners) > 1 and list(partners) == sorted(set(partners))


def _rows(draft: Draft, name: str) -> list[dict[str, str]]:
    rows = draft.values.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _tidy(draft: Draft) -> None:
    """Outer blanks go, marks join their letters, and what no question may hold is refused."""
    has_composed = False
    for path, text in list(texts_in(draft.values)):
        character = refused_character(text)
        if character:
            draft.refuse(FaultCode.BAD_CHARACTER, _place(draft, path), character=character)
        tidy = composed(text).strip() + ("\n" if len(path) == 1 and path[0] in MARKDOWN_FIELDS and text.strip() else "")
        has_composed |= composed(text) != text
        if tidy != text:
            _replace(draft.values, path, tidy)
    if has_composed:
        draft.warn(FaultCode.COMPOSED)


def _replace(tree: object, path: Path, text: str) -> None:
    *way, last = path
    inner: object = tree
    for step in way:
        inner = inner[step]  # type: ignore[index] # the path was found in this very tree
    inner[last] = text  # type: ignore[index]


def _place(draft: Draft, path: Path) -> Place:
    while path and path not in draft.places:
        path = path[:-1]
    return draft.places.get(path, draft.place)


def _define(draft: Draft) -> Entry | None:
    """The definition; None when something is wrong, which is then noted in the draft."""
    if draft.kind not in BANK_KINDS or any(fault.is_error for fault in draft.faults):
        return None
    kind, collector, located = BANK_KINDS[draft.kind], Collector(), _located(draft)
    shaped: SourceModel | None = collector.shape(kind.source, located)
    definition: Entry | None = kind.define(shaped) if shaped is not None else None
    if definition is not None:
        collector.report(located, kind.check(definition))
    _take_over(draft, collector.problems)
    return None if any(fault.is_error for fault in draft.faults) else definition


def _located(draft: Draft) -> Located[object]:
    """The draft as the engine's own reading sees it; its "lines" number our places."""
    paths: list[Path] = [(), *draft.places]
    return Located(draft.values, Tree(file="", data=None, lines={path: index for index, path in enumerate(paths)}), ())


def _take_over(draft: Draft, problems: Sequence[Problem]) -> None:
    places = [draft.place, *draft.places.values()]
    for problem in problems:
        draft.faults.append(
            Fault(places[problem.line], problem.code, {**_short(problem.values), "path": problem.path}, problem.severity)
        )


def _short(values: Values) -> Values:
    """Values for a sentence; texts of a file can be as long as the file."""
    return {name: shorten(value, _SHOWN_LENGTH) if isinstance(value, str) else value for name, value in values.items()}


def _check_unique(drafts: Sequence[Draft]) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        earlier = first.setdefault(draft.id, draft)
        if earlier is not draft:
            draft.faults.append(Fault(_place(draft, ("id",)), ProblemCode.DUPLICATE_ID, {"id": draft.id}))


def _check_beside(found: Sequence[Checked], beside: Surroundings) -> None:
    definitions = [each.definition for each in found]
    cases = {*beside.case_ids, *(each.id for each in definitions if each.kind == "case")}
    questions = {*beside.question_ids, *(each.id for each in definitions if each.kind != "case")}
    for each in found:
        findings = [*check_references(each.definition, beside.facts, beside.lesson_ids)]
        if isinstance(each.definition, BankQuestion):
            findings += check_company(each.definition, questions, cases)
        findings += _check_rubric(each.definition, beside)
        for finding in findings:
            _note(each.draft, finding)
        if each.definition.id in beside.question_ids or each.definition.id in beside.case_ids:
            each.draft.warn(FaultCode.ALREADY_IN_BANK, _place(each.draft, ("id",)), id=each.definition.id)


def _check_rubric(definition: Entry, beside: Surroundings) -> Iterator[Finding]:
    rubric = getattr(definition, "rubric_id", None)
    if rubric is not None and rubric not in beside.rubric_ids:
        yield Finding(("rubric",), ProblemCode.MISSING_RUBRIC, {"rubric": rubric})


def _note(draft: Draft, finding: Finding) -> None:
    values: Values = {**_short(finding.values), "path": ".".join(str(step) for step in finding.path)}
    draft.faults.append(Fault(_place(draft, finding.path), finding.code, values, finding.severity))
