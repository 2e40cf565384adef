"""選択肢: what the kinds with options to choose share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode
from lms.exam_engine.source_models import Id, Sentence, SourceModel

_CATCH_ALL = re.compile(
    r"^(?:上記|以上|前記)(?:の|は)?(?:すべて|全て|いずれも|どれも)"
    r"|^(?:すべて|全て|いずれも|どれも)(?:該当|当てはま|あてはま|正し|適切|誤)"
    r"|^該当(?:するもの|する選択肢)?(?:は|が)?(?:なし|無し|ない)。?$"
)


@dataclass(frozen=True, slots=True)
class Option:
    """選択肢: a text to choose and why it is right or wrong."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaperOption:
    """An option as frozen into a paper, in the order shown."""

    id: str
    text: str
    reason: str


class OptionSource(SourceModel):
    """An option as written in YAML."""

    id: Id
    text: Sentence
    reason: Sentence


def define_options(sources: Sequence[OptionSource]) -> tuple[Option, ...]:
    """The options of a definition."""
    return tuple(Option(id=option.id, text=option.text, reason=option.reason) for option in sources)


def freeze_options(options: Sequence[Option], shuffler: Shuffler) -> tuple[PaperOption, ...]:
    """The options in a drawn order."""
    return tuple(PaperOption(id=option.id, text=option.text, reason=option.reason) for option in shuffler.shuffled(options))


def check_catch_alls(options: Sequence[Option]) -> Iterator[Finding]:
    """No option stands for the others (「上記すべて」「該当なし」)."""
    for index, option in enumerate(options):
        catch_all = _CATCH_ALL.search(option.text)
        if catch_all:
            yield Finding(("options", index, "text"), ProblemCode.CATCH_ALL_OPTION, {"words": catch_all.group()})


def expect_known(chosen: Sequence[str], options: Sequence[PaperOption]) -> None:
    """Raise InvalidAnswer when something was chosen that the paper does not offer."""
    if not set(chosen) <= {option.id for option in options}:
        raise InvalidAnswer(AnswerFault.UNKNOWN_OPTION)
