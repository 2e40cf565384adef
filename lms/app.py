"""The application factory: settings in, a guarded application out. No logic."""

from flask import Flask
from flask_migrate import Migrate

from lms import cli, clock
from lms.accounts import queries as account_queries
from lms.accounts.views import bp as accounts
from lms.certification.views import bp as certification
from lms.cohorts import queries as cohort_queries
from lms.cohorts.source import find_contact
from lms.config import Settings, read_settings
from lms.db.session import check_durability, db, init_database
from lms.exams.views import bp as exams
from lms.grading.queries.released import init_grading
from lms.grading.views import bp as grading
from lms.handouts.views import bp as handouts
from lms.lessons.views import bp as lessons
from lms.manuals.views import bp as manuals
from lms.mypage.views import bp as mypage
from lms.office.views import bp as office
from lms.scenarios.views import bp as scenarios
from lms.sealing import load_seal
from lms.signing import load_keys
from lms.terms import queries as terms_queries
from lms.terms.views import bp as terms
from lms.web import access, assets, display, errors, filters, numbers, security


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Raises ConfigurationError when a setting is missing or weak, would lose answers or cannot sign.
    """
    settings = settings or read_settings()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Flask("lms", instance_path=str(settings.instance), template_folder="web/templates", static_folder=None)
    app.extensions["settings"] = settings
    app.extensions["signing"] = load_keys(settings.signing_key, settings.keys)
    app.extensions["seal"] = load_seal(settings, now=clock.now())
    security.configure(app, settings)
    init_database(app, settings.database_url)
    Migrate(app, db, directory="lms/db/migrations", render_as_batch=True)
    if not settings.is_testing:
        check_durability(app)
    account_queries.init_login(app, role_source=cohort_queries.seat_roles, owes_consent=terms_queries.owes_consent)
    init_grading(app)
    numbers.register(app)
    access.guard_routes(app)
    assets.register(app)
    display.register(app)
    filters.register(app)
    app.jinja_env.globals["contact"] = find_contact
    errors.register(app)
    for blueprint in (accounts, terms, lessons, handouts, manuals, scenarios, exams, grading, certification, mypage, office):
        app.register_blueprint(blueprint)
    cli.register(app)
    return app
