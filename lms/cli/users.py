"""`flask user`: make staff, show the demo's second-factor codes, help after a lost phone."""

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.accounts import services
from lms.accounts.queries import find_account_by_email, list_staff
from lms.accounts.rules.lifetimes import LinkPurpose, link_expiry
from lms.web.access import STAFF_ROLES, Role
from lms.web.filters import japanese_moment

STEP_SECONDS = 30

group = AppGroup("user", help="Look after the people who run the course.")


class RoleList(click.ParamType[list[Role]]):
    """Roles separated by commas."""

    name = "roles"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> list[Role]:
        """The roles named; anything else is refused with the list of what there is."""
        if isinstance(value, list):
            return value
        names = [name.strip() for name in str(value).split(",") if name.strip()]
        known = {role.value: role for role in Role if role in STAFF_ROLES}
        if not names or any(name not in known for name in names):
            self.fail(f"choose from: {', '.join(known)}", param, ctx)
        return [known[name] for name in names]


@group.command("create")
@click.option("--email", prompt="E-mail address")
@click.option("--name", prompt="Name (as shown on screen)")
@click.option(
    "--roles", prompt="Roles, separated by commas (admin, office, grader, instructor)", type=RoleList(), default="admin,office"
)
def create(email: str, name: str, roles: list[Role]) -> None:
    """Make a member of staff (also the first admin) and print the link for setting the password."""
    now = clock.now()
    try:
        user_id = services.create_user(email, name, "", by=None, now=now)
        for role in roles:
            services.give_role(user_id, role, by=None, now=now)
        link = services.issue_invitation_link(user_id, now=now)
    except services.Refused as refused:
        raise click.ClickException(f"nothing was made: {refused.reason.value.replace('_', ' ')}") from refused
    until = japanese_moment(link_expiry(LinkPurpose.INVITATION, now=now))
    click.echo(f"Open this address to set the password. It works once, until {until}:")
    click.echo(link)


@group.command("codes")
def codes() -> None:
    """Print the demo staff's current second-factor codes (in the demo only)."""
    if not current_app.extensions["settings"].is_demo:
        raise click.ClickException("codes are shown in the demo only; outside it everybody has their own authenticator app")
    now = clock.now()
    for person in list_staff():
        if code := services.current_code(person.id, now=now):
            click.echo(f"{code}  {person.email:<32} {person.name}")
    click.echo(f"These codes change in {STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS} seconds; each works once.")


@group.command("forget-second-factor")
@click.argument("email")
@click.confirmation_option(prompt="The person must set up an authenticator app again. Go on?")
def forget_second_factor(email: str) -> None:
    """Take away a second factor after a lost phone; every log-in of the person ends."""
    account = find_account_by_email(email.strip().lower())
    if account is None:
        raise click.ClickException("there is nobody with this address")
    services.forget_second_factor(account.id, by=None, now=clock.now(), reason="command line")
    click.echo("Done. The person sets up a new second factor at the next log-in.")
