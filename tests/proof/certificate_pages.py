"""Addresses of the pages around certificates, their post and the stays in the meeting, to which links lead only at times."""

from flask import Flask

from tests.lms.demo.filled import rows

NUMBERS = "SELECT DISTINCT certificate_number AS n FROM register_entries ORDER BY 1"
ACTS = ("suspend", "resume", "revoke", "void", "reissue")


def office_certificate_addresses(app: Flask) -> tuple[str, ...]:
    """The register with everything that may be done to a certificate, runs, parcels, and the presence of a finished cohort."""
    numbers = [row.n for row in rows(app, NUMBERS)]
    return (
        *("/office/register", "/office/register/figures", "/office/register/reissues", "/office/certificate-templates"),
        *(f"/office/register/{number}" for number in numbers),
        *(f"/office/register/{number}/{act}" for number in numbers for act in ACTS),
        *(f"/office/register/acts/{row.id}" for row in rows(app, "SELECT id FROM register_proposals")),
        *(f"/office/register/reissues/{row.id}" for row in rows(app, "SELECT id FROM reissue_orders")),
        *(f"/office/issue-runs/{row.id}" for row in rows(app, "SELECT id FROM issue_runs")),
        *("/office/posting", *(f"/office/parcels/{row.id}" for row in rows(app, "SELECT id FROM shipments"))),
        *(f"/office/cohorts/1/{page}" for page in ("posting", "attendance/1", "attendance/2")),
    )
