"""The fictional people, essays and worksheets of the demo, read from content/demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lms.web.access import Role

PASSPHRASE = "mihon-no-aikotoba-2026"  # noqa: S105 - printed on purpose, for fictional people only
"""The same for everybody in the demo; printed by `make run`."""


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A fictional member of staff."""

    email: str
    name: str
    kana: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class DemoParticipant:
    """A fictional participant; `story` tells how far she has come."""

    email: str
    name: str
    kana: str
    company: str
    department: str
    postal_code: str
    address: str
    story: str


@dataclass(frozen=True, slots=True)
class DemoEssay:
    """An essay with the levels two graders would give it."""

    question: str
    quality: str
    text: str
    levels: Mapping[str, int]
    second_levels: Mapping[str, int]
    feedback: str
    note: str


@dataclass(frozen=True, slots=True)
class DemoCast:
    """Everybody and everything the demo is filled with."""

    staff: tuple[DemoStaff, ...]
    participants: tuple[DemoParticipant, ...]
    essays: tuple[DemoEssay, ...]
    worksheet_writer: str
    worksheets: Mapping[str, Mapping[str, str]]

    def with_role(self, role: Role) -> tuple[DemoStaff, ...]:
        """Staff of a role."""
        return tuple(person for person in self.staff if role in person.roles)

    def with_story(self, *stories: str) -> tuple[DemoParticipant, ...]:
        """Participants of these stories, in order."""
        return tuple(person for person in self.participants if person.story in stories)

    def essay_for(self, question: str, quality: str) -> DemoEssay:
        """An essay to this question, of this quality or the next best there is."""
        fitting = [essay for essay in self.essays if essay.question == question]
        return next((essay for essay in fitting if essay.quality == quality), fitting[0])


def read_cast(content: Path) -> DemoCast:
    """The cast of content/demo."""
    people, essays, sheets = (_read(content / "demo" / f"{name}.yaml") for name in ("people", "essays", "worksheets"))
    return DemoCast(
        staff=tuple(
            DemoStaff(each["email"], each["name"], each["kana"], tuple(Role(role) for role in each["roles"]))
            for each in people["staff"]
        ),
        participants=tuple(DemoParticipant(**each) for each in people["participants"]),
        essays=tuple(_essay(each) for each in essays["essays"]),
        worksheet_writer=sheets["participant"],
        worksheets={
            lesson: {key: text.strip() for key, text in fields.items()} for lesson, fields in sheets["worksheets"].items()
        },
    )


def _essay(each: Mapping[str, Any]) -> DemoEssay:
    return DemoEssay(
        question=each["question"],
        quality=each["quality"],
        text=each["text"].strip(),
        levels=each["levels"],
        second_levels=each["second_levels"],
        feedback=each["feedback"].strip(),
        note=each["note"].strip(),
    )


def _read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
