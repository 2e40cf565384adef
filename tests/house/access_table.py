"""The table of who may enter, read from the routes; `python -m tests.house.access_table` rewrites the reviewed file."""

from pathlib import Path

from flask import Flask

from lms.web.access import audiences_of

REVIEWED = Path(__file__).with_name("access_table.txt")


def access_table(app: Flask) -> str:
    """One line per route and method: method, path, audiences, and what it may be entered before."""
    lines = []
    for rule in app.url_map.iter_rules():
        audiences = ",".join(sorted(audiences_of(app, rule.endpoint))) or "NOBODY"
        view = app.view_functions[rule.endpoint]
        flags = [name for name in ("before_terms", "before_second_factor") if getattr(view, name, False)]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            lines.append(f"{method:<5} {rule.rule:<58} {audiences}" + (f"  ({', '.join(flags)})" if flags else ""))
    return "\n".join(sorted(lines, key=lambda line: (line.split()[1], line))) + "\n"


def main() -> None:
    """Rewrite the reviewed file from the routes as they are now."""
    import tempfile

    from lms.app import create_app
    from tests.databases import test_settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(test_settings(Path(folder), f"sqlite:///{folder}/x.sqlite"))
        REVIEWED.write_text(access_table(app), encoding="utf-8")


if __name__ == "__main__":
    main()
