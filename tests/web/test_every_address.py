"""Every address × method × person: who gets in, who is told that nothing is there, who may not post.

A new address fails this test until somebody has said who may open it. The case stands at step 15; posts are
empty, so that 422 (or a page shown again, 200) means "you may, but say what" and never changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from muara.audit.checkpoints import take
from muara.audit.keys import make_keys
from muara.audit.models import Entry
from muara.cases.copies import hand_out
from muara.cases.models import Case, ControlledCopy, DeliveryRound, PowerOfAttorney, Question
from muara.contacts.actions import queue
from muara.contacts.actions.complaints import Filing, file_complaint
from muara.contacts.models import (
    Assessment,
    AssessmentItem,
    Complaint,
    Consultation,
    Counter,
    Kiosk,
    NoticeLetter,
    PhoneTask,
    QueueSeries,
    Ticket,
)
from muara.documents.models import Certificate
from muara.documents.signing import certificates
from muara.people.actions.absences import record_absence
from muara.people.actions.companies import invite
from muara.people.actions.notices import Addressee, give_up, notify
from muara.people.models import (
    Absence,
    CalendarDay,
    Competence,
    Holding,
    Invitation,
    Notice,
    Office,
    User,
    office_day,
)
from muara.steps.actions.powers import record_power
from muara.steps.actions.unreached import escalate
from muara.web.demo import applicant, ask_question, officer, open_always, other_applicant
from tests.clock import MONDAY
from tests.powers import letter
from tests.remembered import case_at

pytestmark = pytest.mark.django_db

IN = "in"  # sent to the sign-in page
PEOPLE = "nobody owner other cs info dlh kadis auditor admin".split()

# address: what GET answers each of PEOPLE, and what an empty POST answers them
ADDRESSES = {
    "home": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "service": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "form": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "service_standard": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "sop_book": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "sop_book_pdf": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "flow": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "self_check": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "privacy": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "touchscreen": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "leave_touchscreen": (
        "302 302 302 302 302 302 302 302 302",
        "405 405 405 405 405 405 405 405 405",
    ),
    "follow": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "complain": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "track_complaint": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "own_complaint": (  # a browser that has shown no number and code
        "302 302 302 302 302 302 302 302 302",
        "302 302 302 302 302 302 302 302 302",
    ),
    "own_receipt": (
        "404 404 404 404 404 404 404 404 404",
        "405 405 405 405 405 405 405 405 405",
    ),
    "complaint_sheet": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "public_complaints": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "verify_permit": (
        "200 200 200 200 200 200 200 200 200",
        "200 200 200 200 200 200 200 200 200",
    ),
    "permit": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "compare_file": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "compare_permit": (  # the case of this test has no decision yet
        "404 404 404 404 404 404 404 404 404",
        "404 404 404 404 404 404 404 404 404",
    ),
    "public_register": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "public_compliance": (  # the office publishes none yet; tests/web/test_published.py has one that does
        "404 404 404 404 404 404 404 404 404",
        "405 405 405 405 405 405 405 405 405",
    ),
    "compliance_download": (  # the office publishes none yet; tests/web/test_published.py has one that does
        "404 404 404 404 404 404 404 404 404",
        "405 405 405 405 405 405 405 405 405",
    ),
    "register_download": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "public_keys": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "public_keys_file": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "latest_checkpoint": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "public_checkpoint": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "verifier": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "qr_check": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "qr_check_part": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "qr_check_kit": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "queue": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "kiosk": (  # a browser that is no kiosk: only the front office and the administrator open one
        "403 403 403 200 200 403 403 403 200",
        "403 403 403 422 422 403 403 403 422",
    ),
    "install_kiosk": (
        "403 403 403 403 403 403 403 403 403",
        "405 405 405 405 405 405 405 405 405",
    ),
    "kiosk_ticket": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "ticket": (
        "200 200 200 200 200 200 200 200 200",
        "409 409 409 409 409 409 409 409 409",
    ),
    "ticket_paper": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "queue_poster": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "queue_display": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "survey": (
        "200 200 200 200 200 200 200 200 200",
        "422 422 422 422 422 422 422 422 422",
    ),
    "open_figures": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "open_figures_dictionary": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "open_figures_file": (  # no such period: tests/web/test_open_figures.py has one that is
        "404 404 404 404 404 404 404 404 404",
        "405 405 405 405 405 405 405 405 405",
    ),
    "survey_results": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "survey_download": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "survey_report": (  # nothing is counted yet; tests/web/test_survey.py has a semester that is
        "404 404 404 404 404 404 404 404 404",
        "405 405 405 405 405 405 405 405 405",
    ),
    "survey_answer": (  # the case was not handed over: there is no such code
        "404 404 404 404 404 404 404 404 404",
        "404 404 404 404 404 404 404 404 404",
    ),
    "health": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "account_login": (
        "200 302 302 302 302 302 302 302 302",
        "200 302 302 302 302 302 302 302 302",
    ),
    "account_logout": (
        "302 200 200 200 200 200 200 200 200",
        "302 302 302 302 302 302 302 302 302",
    ),
    "account_signup": (
        "200 302 302 302 302 302 302 302 302",
        "200 302 302 302 302 302 302 302 302",
    ),
    "account_inactive": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "account_change_password": (
        "in 200 200 200 200 200 200 200 200",
        "in 200 200 200 200 200 200 200 200",
    ),
    "account_set_password": (
        "in 302 302 302 302 302 302 302 302",
        "in 302 302 302 302 302 302 302 302",
    ),
    "account_reset_password": (
        "200 200 200 200 200 200 200 200 200",
        "200 200 200 200 200 200 200 200 200",
    ),
    "account_reset_password_done": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "account_reset_password_from_key": (
        "200 200 200 200 200 200 200 200 200",
        "200 200 200 200 200 200 200 200 200",
    ),
    "account_reset_password_from_key_done": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "account_details": (
        "in 200 200 200 200 200 200 200 200",
        "in 422 422 422 422 422 422 422 422",
    ),
    "account": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "mfa_index": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "mfa_activate_totp": (
        "in 302 302 302 302 302 302 302 302",
        "in 302 302 302 302 302 302 302 302",
    ),
    "mfa_generate_recovery_codes": (
        "in 302 302 302 302 302 302 302 302",
        "in 302 302 302 302 302 302 302 302",
    ),
    "mfa_deactivate_totp": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "mfa_view_recovery_codes": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "mfa_download_recovery_codes": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "mfa_authenticate": (
        "in 302 302 302 302 302 302 302 302",
        "in 302 302 302 302 302 302 302 302",
    ),
    "mfa_reauthenticate": (
        "in 302 302 302 302 302 302 302 302",
        "in 302 302 302 302 302 302 302 302",
    ),
    "account_email": (
        "in 200 200 200 200 200 200 200 200",
        "in 302 302 302 302 302 302 302 302",
    ),
    "account_email_verification_sent": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "account_confirm_email": (
        "200 200 200 200 200 200 200 200 200",
        "404 404 404 404 404 404 404 404 404",
    ),
    "account_reauthenticate": (
        "in 200 200 200 200 200 200 200 200",
        "in 200 200 200 200 200 200 200 200",
    ),
    "portal": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "start_application": (
        "in 200 200 200 200 200 200 200 200",
        "in 200 200 200 200 200 200 200 200",
    ),
    "application": (
        "in 200 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "application_section": (
        "in 302 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "application_upload": (
        "in 302 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "withdraw_attachment": (
        "in 405 405 405 405 405 405 405 405",
        "in 302 404 404 404 404 404 404 404",
    ),
    "submit_application": (
        "in 302 404 404 404 404 404 404 404",
        "in 200 404 404 404 404 404 404 404",
    ),
    "unsent_form": (  # this case was sent; tests/web/test_forms_of_the_sop.py has one that was not
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "answer_correction": (
        "in 302 404 404 404 404 404 404 404",
        "in 200 404 404 404 404 404 404 404",
    ),
    "application_flow": (
        "in 200 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "withdraw_application": (
        "in 200 404 404 404 404 404 404 404",
        "in 200 404 404 404 404 404 404 404",
    ),
    "confirm_receipt": (
        "in 302 404 404 404 404 404 404 404",
        "in 200 404 404 404 404 404 404 404",
    ),
    "receive_decision": (  # nothing was decided later; tests/web/test_permits.py has what was
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "answer_visit": (  # this case had no visit; tests/web/test_visits.py has one
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "application_powers": (
        "in 200 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "companies": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "company": (
        "in 200 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "invite_member": (
        "in 200 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "new_power": (
        "in 200 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "end_membership": (
        "in 200 404 404 404 404 404 404 404",
        "in 409 404 404 404 404 404 404 404",
    ),
    "withdraw_invitation": (
        "in 405 405 405 405 405 405 405 405",
        "in 302 404 404 404 404 404 404 404",
    ),
    "invitation": (  # for the address of "other"
        "in 403 200 403 403 403 403 403 403",
        "in 403 409 403 403 403 403 403 403",
    ),
    "take_up_power": (  # addressed to "other"
        "in 405 405 405 405 405 405 405 405",
        "in 404 302 404 404 404 404 404 404",
    ),
    "revoke_power": (
        "in 200 404 404 404 404 404 404 404",
        "in 422 404 404 404 404 404 404 404",
    ),
    "power_letter": (
        "in 200 404 200 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "obligations": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "own_map": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "discharge": (  # no permit is issued yet; tests/web/test_duties.py has one that is
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "daily_log": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "month_log": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "import_log": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "log_template": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "month_figures": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "certificates": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_certificate": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "certificate_file": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "charts": (  # nothing is reported yet; tests/web/test_reports.py has what is
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "reports": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "report": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "attach_to_report": (
        "in 405 405 405 405 405 405 405 405",
        "in 404 404 404 404 404 404 404 404",
    ),
    "hand_in_report": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "report_draft": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "report_file": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "take_back_file": (
        "in 405 405 405 405 405 405 405 405",
        "in 404 404 404 404 404 404 404 404",
    ),
    "report_pdf": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "report_scan": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "incidents": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "incident": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "warning_scan": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "discharges": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "overseen_map": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "overseen": (
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "rule_finding": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "prepare_warning": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "warning": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "warning_pdf": (
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "review_report": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "api_guide": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "openapi": (
        "200 200 200 200 200 200 200 200 200",
        "405 405 405 405 405 405 405 405 405",
    ),
    "measure_api": (
        "405 405 405 405 405 405 405 405 405",
        "401 401 401 401 401 401 401 401 401",
    ),
    "log_api": (
        "405 405 405 405 405 405 405 405 405",
        "401 401 401 401 401 401 401 401 401",
    ),
    "loggers": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "measured_day": (
        "in 404 404 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "disconnect_logger": (
        "in 405 405 405 405 405 405 405 405",
        "in 404 404 404 404 404 404 404 404",
    ),
    "point": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "begin_upload": (  # the rest of the protocol: tests/web/test_resumable.py
        "405 405 405 405 405 405 405 405 405",
        "401 412 412 412 412 412 412 412 412",
    ),
    "upload_piece": (
        "405 405 405 405 405 405 405 405 405",
        "405 405 405 405 405 405 405 405 405",
    ),
    "questions": (
        "in 200 200 200 200 200 200 200 200",
        "in 200 200 200 200 200 200 200 200",
    ),
    "notices": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "phone_tasks": (
        "in 403 403 200 403 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "phone_task": (
        "in 403 403 200 403 403 403 403 403",
        "in 403 403 422 403 403 403 403 403",
    ),
    "notice_letter": (
        "in 403 403 200 403 403 403 403 403",
        "in 403 403 422 403 403 403 403 403",
    ),
    "notice_on_paper": (
        "in 404 404 200 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "laboratories": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 422",
    ),
    "failed_notices": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "desk": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "task": (
        "in 404 404 200 200 200 200 200 404",
        "in 404 404 403 403 403 422 403 404",
    ),
    "take_over": (
        "in 404 404 302 302 302 302 302 404",
        "in 404 404 403 403 403 409 403 404",
    ),
    "draft_preview": (  # the case stands at step 15: nothing is drafted
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "task_act": (
        "in 404 404 404 404 404 404 404 404",
        "in 404 404 404 404 404 404 404 404",
    ),
    "cases": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "case": (
        "in 302 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "case_summary": (
        "in 404 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "correction": (
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "control_sheet": (
        "in 404 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "case_dossier": (
        "in 404 404 404 404 404 404 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "folder_label": (
        "in 404 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "first_proof": (
        "in 404 404 302 302 302 302 302 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "archive": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "file_case": (
        "in 403 403 403 403 403 403 403 404",
        "in 403 403 403 403 403 403 403 404",
    ),
    "absences": (
        "in 403 403 200 200 200 200 200 200",
        "in 403 403 422 422 422 422 422 422",
    ),
    "end_absence": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 302 404 404 302 404 302",
    ),
    "oversight": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "overseen_cases": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "bottlenecks": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "performance": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "performance_proof": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "evaluations": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "evaluation": (
        "in 403 403 200 404 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "comment_evaluation": (
        "in 403 403 200 404 403 403 403 403",
        "in 403 403 422 404 403 403 403 403",
    ),
    "close_evaluation": (
        "in 403 403 403 404 403 200 403 403",
        "in 403 403 403 404 403 422 403 403",
    ),
    "competences": (
        "in 403 403 200 404 404 200 200 200",
        "in 403 403 403 404 404 422 403 422",
    ),
    "withdraw_competence": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 404 404 404 302 404 302",
    ),
    "survey_desk": (
        "in 403 403 200 200 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "questionnaire": (
        "in 403 403 404 404 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "performance_pdf": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "assessments": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "open_assessment": (
        "in 403 403 403 403 403 200 403 403",
        "in 403 403 403 403 403 422 403 403",
    ),
    "assessment": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "close_assessment": (
        "in 403 403 403 403 403 200 403 403",
        "in 403 403 403 403 403 422 403 403",
    ),
    "assessment_file": (
        "in 403 403 403 403 403 404 404 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "answer_assessment": (
        "in 403 403 403 403 403 200 403 403",
        "in 403 403 403 403 403 422 403 403",
    ),
    "survey_oversight": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "survey_suggestions": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "plan_follow_up": (
        "in 403 403 403 403 403 404 403 403",
        "in 403 403 403 403 403 404 403 403",
    ),
    "finish_follow_up": (
        "in 403 403 403 403 403 404 403 403",
        "in 403 403 403 403 403 404 403 403",
    ),
    "uncollected": (
        "in 403 403 200 403 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "old_permits": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "import_old": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 422",
    ),
    "old_template": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "old_permit": (
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "registers": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "register_book": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "search": (
        "in 200 200 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "register": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "number_register": (
        "in 404 404 200 200 404 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "number_difference": (
        "in 403 403 200 200 403 200 200 200",
        "in 403 403 403 403 403 409 403 403",
    ),
    "permit_life": (  # the case has no permit yet: tests/web/test_permits.py has one
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "propose_later": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "later_preview": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 404 404 404 404 404 404",
    ),
    "later_decisions": (
        "in 403 403 200 200 200 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "later_decision": (
        "in 403 403 404 404 404 404 404 404",
        "in 403 403 404 404 404 404 404 404",
    ),
    "later_decision_pdf": (
        "in 403 403 404 404 404 404 404 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "consultations": (
        "in 403 403 200 200 403 403 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_consultation": (
        "in 403 403 200 200 403 403 403 403",
        "in 403 403 422 422 403 403 403 403",
    ),
    "pass_on": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 404 409 403 403 403 403",
    ),
    "link_talk": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 404 422 403 403 403 403",
    ),
    "consultation": (
        "in 403 403 404 200 403 403 200 403",
        "in 403 403 404 422 403 403 403 403",
    ),
    "complaints": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_complaint": (
        "in 403 403 200 200 403 403 403 403",
        "in 403 403 422 422 403 403 403 403",
    ),
    "complaint": (  # it lies with the complaint manager
        "in 403 403 403 403 403 404 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "recorded_complaint": (  # it came by the web: nobody wrote it down
        "in 403 403 404 404 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "complaint_receipt": (
        "in 403 403 404 404 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "complaint_file": (
        "in 403 403 403 403 403 404 404 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "complaint_act": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 403 403 404 403 403",
    ),
    "queue_desk": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "queue_today": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "queue_counter": (
        "in 403 403 403 200 403 403 403 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "queue_act": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 409 403 403 403 403",
    ),
    "question": (
        "in 403 403 200 200 200 200 200 404",
        "in 403 403 403 403 422 403 403 404",
    ),
    "monitoring_form": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "deliveries": (
        "in 403 403 403 403 403 403 403 403",
        "in 403 403 403 403 403 403 403 403",
    ),
    "delivery_list": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "oversight_flow": (
        "in 403 403 403 403 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "monitoring": (
        "in 403 403 200 200 403 200 200 403",
        "in 405 405 405 405 405 405 405 405",
    ),
    "running_cases": (
        "in 403 403 200 403 403 403 403 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "running_case": (
        "in 403 403 404 403 403 403 403 404",
        "in 403 403 404 403 403 403 403 404",
    ),
    "start_on_behalf": (
        "in 403 403 200 403 403 403 403 403",
        "in 403 403 422 403 403 403 403 403",
    ),
    "attachment": (
        "in 200 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "attachment_page": (
        "in 200 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "letter": (
        "in 200 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "letter_page": (
        "in 200 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "scan": (
        "in 404 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "scan_page": (
        "in 404 404 200 200 200 200 200 404",
        "in 405 405 405 405 405 405 405 405",
    ),
    "office": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "office_identity": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "agencies": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_agency": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "agency": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "signers": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "users": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_user": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "user": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "sign_day": (
        "in 403 403 403 403 403 200 403 403",
        "in 403 403 403 403 403 422 403 403",
    ),
    "sign_day_draft": (
        "in 403 403 403 403 403 200 403 403",
        "in 403 403 403 403 403 422 403 403",
    ),
    "remove_second_factor": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "invite": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 403 403 403 403 302",
    ),
    "grant": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "end_holding": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "sop_revisions": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "sop_compare": (  # nothing chosen: back to the list
        "in 403 403 403 403 403 403 302 302",
        "in 405 405 405 405 405 405 405 405",
    ),
    "sop_copies": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "withdraw_copy": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 403 403 403 403 409",
    ),
    "sop_difference": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "series": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "edit_series": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "wordings": (
        "in 403 403 403 403 403 200 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "wording": (
        "in 403 403 403 403 403 200 200 200",
        "in 403 403 403 403 403 403 403 403",
    ),
    "send_again": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 403 403 403 403 302",
    ),
    "office_settings": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "signing_setup": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "withdraw_certificate": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "archive_rules": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "service_hours": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "queue_setup": (
        "in 403 403 403 403 403 403 200 200",
        "in 405 405 405 405 405 405 405 405",
    ),
    "new_queue_series": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "queue_series": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "kiosks": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "revoke_kiosk": (
        "in 405 405 405 405 405 405 405 405",
        "in 403 403 403 403 403 403 403 409",
    ),
    "new_counter": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "edit_counter": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "calendar": (
        "in 403 403 403 403 403 403 200 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "import_days": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 200",
    ),
    "remove_day": (
        "in 403 403 403 403 403 403 403 200",
        "in 403 403 403 403 403 403 403 409",
    ),
}


def patterns() -> dict[str, URLPattern]:
    return {
        item.name: item for item in get_resolver().url_patterns if isinstance(item, URLPattern) and item.name
    }


def person(key: str) -> User | None:
    people: dict[str, Callable[[], User]] = {
        "owner": applicant,
        "other": other_applicant,
        "cs": lambda: officer("customer_service"),
        "info": lambda: officer("information_officer"),
        "dlh": lambda: officer("technical_team"),
        "kadis": lambda: officer("head_of_office"),
        "auditor": lambda: officer("auditor"),
        "admin": lambda: officer("administrator"),
    }
    return people[key]() if key in people else None


SERIES = {
    "edit_series": "permit",
    "register": "permit",
    "number_register": "registration",
    "number_difference": "permit",
    "register_book": "rapat",
}


def address(name: str, pattern: URLPattern, case: Case) -> str:
    """An address of each kind that leads to something of this case."""
    task = case.main_task
    recommendation = case.referrals.get().recommendations.get()
    filed = case.letters.get(kind="receipt").letter
    attachment = case.application.attachments.all()[0]
    tickets = {"kiosk_ticket", "ticket", "ticket_paper"}
    values: dict[str, object] = {
        "slug": case.process.slug,
        "token": Ticket.objects.get().token
        if name in tickets
        else Invitation.objects.get().token
        if name == "invitation"
        else case.drafts.get().token,
        "uidb36": "1",
        "secret": "bukan-rahasia",
        "service": case.process.code,
        "key": SERIES.get(name, "kunci-palsu"),
        "year": MONDAY.year,
        "period": "2026-TW3",
        "kind": "permit",
        "reference": case.application.reference,
        "section": "company",
        "requirement": 1,
        "case": case.pk,
        "sha256": recommendation.scan.sha256,
        "page": 1,
        "act": "panggil" if name == "queue_act" else "nomor",
        "code": "ZZZZ-ZZZZ-ZZZZ" if name == "survey_answer" else "F03",
        "semester": "2025-2",
        "form": "csv",
        "ending": "csv",
        "figure": "k1",
        "file": 1,
        "number": 1,
        "name": "periksa-qr.js",
        "old": case.revision_id,
        "new": case.revision_id,
    }
    owners: dict[str, object] = {
        **dict.fromkeys(("company", "invite_member", "new_power"), case.application.company_id),
        **dict.fromkeys(("take_up_power", "revoke_power", "power_letter"), PowerOfAttorney.objects.get().pk),
        "end_membership": case.application.company.memberships.get().pk,
        "withdraw_invitation": Invitation.objects.get().pk,
        "case": case.pk,
        "control_sheet": case.pk,
        "case_summary": case.pk,
        "first_proof": case.pk,
        "folder_label": case.pk,
        "file_case": case.pk,
        "case_dossier": case.pk,
        "correction": case.pk,
        "consultation": Consultation.objects.get().pk,
        "link_talk": Consultation.objects.get().pk,
        "pass_on": Consultation.objects.get().pk,
        "queue_counter": Counter.objects.get(name="Loket 1").pk,
        "queue_act": Counter.objects.get(name="Loket 1").pk,
        "edit_counter": Counter.objects.get(name="Loket 1").pk,
        "revoke_kiosk": Kiosk.objects.get().pk,
        "withdraw_copy": ControlledCopy.objects.get().pk,
        "withdraw_certificate": Certificate.objects.get().pk,
        "queue_series": QueueSeries.objects.get(letter="A").pk,
        "monitoring_form": case.pk,
        "delivery_list": DeliveryRound.objects.get().pk,
        "complaint": Complaint.objects.get().pk,
        "recorded_complaint": Complaint.objects.get().pk,
        "complaint_receipt": Complaint.objects.get().pk,
        "complaint_file": Complaint.objects.get().pk,
        "complaint_act": Complaint.objects.get().pk,
        "question": Question.objects.get().pk,
        "phone_task": PhoneTask.objects.get().pk,
        "notice_letter": NoticeLetter.objects.get().pk,
        "notice_on_paper": NoticeLetter.objects.get().pk,
        "attachment": attachment.pk,
        "attachment_page": attachment.pk,
        "withdraw_attachment": attachment.pk,
        "letter": filed.pk,
        "letter_page": filed.pk,
        "signers": Office.objects.get(kind=Office.Kind.AGENCY).pk,
        "agency": Office.objects.get(kind=Office.Kind.AGENCY).pk,
        "user": applicant().pk,
        "grant": applicant().pk,
        "invite": applicant().pk,
        "send_again": Notice.objects.get(key="more").pk,
        "remove_second_factor": applicant().pk,
        "end_holding": Holding.objects.order_by("pk")[0].pk,
        "end_absence": Absence.objects.get().pk,
        **dict.fromkeys(
            ("evaluation", "comment_evaluation", "close_evaluation", "competences"),
            officer("customer_service").pk,
        ),
        "withdraw_competence": Competence.objects.get().pk,
        "remove_day": CalendarDay.objects.order_by("date")[0].pk,
    }
    wanted = pattern.pattern.regex.groupindex
    assert task is not None
    return reverse(
        name, kwargs={key: owners.get(name, task.pk) if key == "pk" else values[key] for key in wanted}
    )


def answer(client: Client, method: str, path: str) -> str:
    given = client.get(path) if method == "GET" else client.post(path)
    if given.streaming:
        given.getvalue()  # read to the end, the file is closed
    if given.status_code == 302 and given["Location"].startswith("/akun/masuk/"):
        return IN
    return str(given.status_code)


def take_ticket() -> None:
    """A number of today; the pages run by the real clock, so the office is open at any hour of it."""
    at = timezone.now()
    open_always(at)
    queue.take(series_id=QueueSeries.objects.get(letter="A").pk, priority="none", channel="kiosk", at=at)


def test_every_address_is_listed() -> None:
    assert set(patterns()) == set(ADDRESSES)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_address_answers_each_person_as_it_should(office: Office, who: str) -> None:
    make_keys(at=MONDAY)
    case = case_at("decide", at=MONDAY)
    take(at=MONDAY)
    ask_question(at=MONDAY, text="Apa syaratnya?")
    file_complaint(Filing(kind="saran", category="sarana", text="Tambah kursi.", anonymous=True), at=MONDAY)
    Question.objects.create(
        case=case,
        agency=Office.objects.get(kind=Office.Kind.AGENCY),
        step_key="verify",
        text="Wajarkah neraca airnya?",
        asked_by=officer("verifier"),
        asked_at=MONDAY,
    )
    made = DeliveryRound.objects.create(
        agency=Office.objects.get(kind=Office.Kind.AGENCY),
        receiver="Penerima Contoh",
        delivered_by=officer("liaison"),
        delivered_at=MONDAY,
    )
    case.referrals.update(round=made)
    invite(case.application.company_id, address=other_applicant().email, by=applicant(), at=MONDAY)
    record_power(
        case.application.company, letter(), holder_address=other_applicant().email, by=applicant(), at=MONDAY
    )
    give_up(Notice.objects.get(kind="registered"), why="Ditolak.", at=MONDAY)
    said = {"kind": "more", "subject": "Lagi", "text": "Yth.\n\nIsi.\n\nKantor", "at": MONDAY}
    nobody = Addressee(name="Tanpa Alamat")
    notify(key="more", about=case.chain, to=nobody, important=True, **said)  # type: ignore[arg-type]
    list(escalate(at=MONDAY))
    take_ticket()
    certificates.make_root(
        common_name="CONTOH Akar",
        organisation="CONTOH",
        starts=MONDAY,
        ends=MONDAY + timedelta(days=365),
        at=MONDAY,
    )
    hand_out(
        case.revision,
        number=1,
        holder="Kepala Seksi",
        given_on=MONDAY.date(),
        by=officer("administrator"),
        at=timezone.now(),
    )
    day = office_day(timezone.now())
    cs = officer("customer_service")
    record_absence(cs.pk, starts=day, ends=day, by=cs, at=timezone.now())
    learned = {"kind": "lain", "title": "Pelatihan", "issuer": "Kantor", "obtained_on": MONDAY.date()}
    Competence.objects.create(user=cs, **learned, recorded_by=cs, recorded_at=MONDAY)
    year = Assessment.objects.create(year=MONDAY.year, opened_by=cs, opened_at=MONDAY)
    AssessmentItem.objects.create(
        assessment=year, order=1, code="F03", weight=1, needs_evidence=True, question="Adakah?"
    )
    user, place = person(who), PEOPLE.index(who)
    paths = {name: address(name, pattern, case) for name, pattern in patterns().items()}
    acts = Entry.objects.count()

    found: dict[str, tuple[str, str]] = {}
    for name in ADDRESSES:
        answers = []
        for method in ("GET", "POST"):
            client = Client()
            if user is not None:
                client.force_login(user)
            answers.append(answer(client, method, paths[name]))
        found[name] = (answers[0], answers[1])

    assert found == {
        name: (get.split()[place], post.split()[place]) for name, (get, post) in ADDRESSES.items()
    }
    assert Entry.objects.count() == acts


@pytest.mark.parametrize("typed", ["²", "-1", "9" * 5000, "dua"])
def test_a_number_in_an_address_that_is_none_breaks_no_page(
    office: Office, client: Client, typed: str
) -> None:
    case = case_at("register", at=MONDAY)
    client.force_login(officer("auditor"))
    for address in (
        f"/meja/berkas/{case.pk}/?penyampaian={typed}",
        f"/meja/register/LHP/permit/?tahun={typed}",
        f"/kantor/kalender/?tahun={typed}",
    ):
        assert client.get(address).status_code == 200
