"""The list of question kinds; a new kind is one new file and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from lms.exam_engine.kinds import essay, single_choice
from lms.exam_engine.kinds.base import Kind

Question = single_choice.ChoiceQuestion | essay.EssayQuestion
PaperQuestion = single_choice.PaperChoiceQuestion | essay.PaperEssayQuestion
Answer = single_choice.ChoiceAnswer | essay.EssayAnswer

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (single_choice.KIND, essay.KIND)})

KIND_OF_DEFINITION: Mapping[type, Kind] = MappingProxyType(
    {single_choice.ChoiceQuestion: single_choice.KIND, essay.EssayQuestion: essay.KIND}
)
