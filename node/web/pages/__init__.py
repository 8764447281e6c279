"""The table of pages: every address of the desk, who may see it, and what is behind it."""

from node.web.pages.alerts import ALERTS
from node.web.pages.answer import ANSWER
from node.web.pages.cards import CARDS
from node.web.pages.case import CASE
from node.web.pages.case_notes import CASE_NOTES
from node.web.pages.changes import CHANGES
from node.web.pages.consent import CONSENT
from node.web.pages.consent_one import CONSENT_ONE
from node.web.pages.countries import COUNTRIES
from node.web.pages.country import COUNTRY
from node.web.pages.danger import DANGER
from node.web.pages.deadlines import DEADLINES
from node.web.pages.desk import DESK
from node.web.pages.directory import DIRECTORY
from node.web.pages.export import EXPORT
from node.web.pages.health import HEALTH
from node.web.pages.helping import HELPING
from node.web.pages.inbox import INBOX
from node.web.pages.invited import INVITED
from node.web.pages.keys import KEYS
from node.web.pages.locked import LOCKED
from node.web.pages.match import MATCH
from node.web.pages.me import ME
from node.web.pages.medical import MEDICAL
from node.web.pages.off_network import OFF_NETWORK
from node.web.pages.offer_consent import OFFER_CONSENT
from node.web.pages.on_call import ON_CALL
from node.web.pages.opening import OPEN
from node.web.pages.our_keys import OUR_KEYS
from node.web.pages.oversee import OVERSIGHT
from node.web.pages.passkeys import PASSKEYS
from node.web.pages.people import PEOPLE
from node.web.pages.periods import PERIODS
from node.web.pages.phones import PHONES
from node.web.pages.printing import PRINTING
from node.web.pages.referral import REFERRAL
from node.web.pages.restored import RESTORED
from node.web.pages.returns import RETURNS
from node.web.pages.review import REVIEW
from node.web.pages.rights import RIGHTS
from node.web.pages.rights_case import RIGHTS_CASE
from node.web.pages.scans import SCANS
from node.web.pages.search import SEARCH
from node.web.pages.sign_in import SIGN_IN
from node.web.pages.statistics import STATISTICS
from node.web.pages.taking_all_back import TAKING_ALL_BACK
from node.web.pages.taking_back import TAKING_BACK
from node.web.pages.texts import TEXTS
from node.web.pages.thread import THREAD
from node.web.pages.tokens import TOKENS
from node.web.pages.trust import TRUST
from node.web.pages.version import VERSION
from node.web.visit import Page

PAGES: tuple[Page, ...] = (
    *SIGN_IN, *LOCKED, *INVITED, *ME, *PASSKEYS, *PEOPLE,
    *DESK, *INBOX, *DEADLINES, *PERIODS,
    *RESTORED, *SEARCH, *REFERRAL, *CASE, *ANSWER, *THREAD, *TAKING_BACK, *TAKING_ALL_BACK, *RETURNS,
    *COUNTRIES, *COUNTRY, *MATCH, *DIRECTORY, *OFFER_CONSENT, *TEXTS,
    *DANGER, *ALERTS, *OFF_NETWORK, *PHONES, *ON_CALL, *TRUST,
    *HEALTH, *OVERSIGHT, *REVIEW, *STATISTICS, *TOKENS, *HELPING, *KEYS, *OUR_KEYS, *VERSION,
    *CHANGES, *CONSENT, *CONSENT_ONE, *SCANS, *EXPORT, *CASE_NOTES, *OPEN, *RIGHTS, *RIGHTS_CASE, *MEDICAL, *CARDS,
    *PRINTING,
)  # fmt: skip
