"""The list of kinds on the page; a new kind is one new file here, one template, one script, and its line."""

from collections.abc import Mapping
from types import MappingProxyType

from lms.exams.rules.kinds import essay, matching, multiple_choice, numeric, ordering, short_text, single_choice
from lms.exams.rules.kinds.base import PageKind

_PAGE_KINDS = (
    single_choice.PAGE_KIND,
    multiple_choice.PAGE_KIND,
    ordering.PAGE_KIND,
    matching.PAGE_KIND,
    numeric.PAGE_KIND,
    short_text.PAGE_KIND,
    essay.PAGE_KIND,
)

PAGE_KINDS: Mapping[str, PageKind] = MappingProxyType({kind.name: kind for kind in _PAGE_KINDS})
"""Every kind on the page, by the engine's name of the kind."""
