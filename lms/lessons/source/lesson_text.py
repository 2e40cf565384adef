"""A lesson's body as the parts its page sets in different places."""

from dataclasses import dataclass

from markupsafe import Markup

from lms.lessons.rules.content import Picture
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


def lesson_text(body: str, pictures: tuple[Picture, ...] = ()) -> LessonText:
    """Render every part of a body with the lesson's pictures; each part is kept by its content."""
    sections = split_sections(body)

    def part(title: str, prefix: str) -> Markup:
        return render(find_section(sections, title), prefix=prefix, pictures=pictures).html

    main = render(main_text(sections), pictures=pictures)
    return LessonText(
        scene=part(SCENE, "scene"),
        points=part(POINTS, "points"),
        main=main.html,
        headings=main.headings,
        misconceptions=part(MISCONCEPTIONS, "misconceptions"),
        worksheet=part(WORKSHEET, "worksheet"),
    )
