"""A lesson's body as the parts its page sets in different places."""

from dataclasses import dataclass

from markupsafe import Markup

from lms.lessons.source.rendering import Heading, render
from lms.lessons.source.sections import MISCONCEPTIONS, POINTS, SCENE, WORKSHEET, find_section, main_text, split_sections


@dataclass(frozen=True, slots=True)
class LessonText:
    """The rendered parts; `headings` are those of the main text, for the 目次."""

    scene: Markup
    points: Markup
    main: Markup
    headings: tuple[Heading, ...]
    misconceptions: Markup
    worksheet: Markup


def lesson_text(body: str) -> LessonText:
    """Render every part of a body; each part is kept by its content."""
    sections = split_sections(body)
    main = render(main_text(sections))
    return LessonText(
        scene=render(find_section(sections, SCENE), prefix="scene").html,
        points=render(find_section(sections, POINTS), prefix="points").html,
        main=main.html,
        headings=main.headings,
        misconceptions=render(find_section(sections, MISCONCEPTIONS), prefix="misconceptions").html,
        worksheet=render(find_section(sections, WORKSHEET), prefix="worksheet").html,
    )
