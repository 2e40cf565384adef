"""Verbs of メール."""

from lms.mail.services.delivery import Delivery, deliver_due
from lms.mail.services.queueing import queue_mail

__all__ = ["Delivery", "deliver_due", "queue_mail"]
