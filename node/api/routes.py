"""The table of the JSON API: every route, who may call it, what it takes and answers, and the use case behind it.

Nothing is decided here: a handler calls one use case, which checks that the object is the caller's.
"""

from node.api.call import Route
from node.api.routes_cases import CASES, CONSENTS
from node.api.routes_desk import DESK, OVERSIGHT
from node.api.routes_directory import DIRECTORY
from node.api.routes_distrust import DISTRUST, OFF_NETWORK, OLD_REGISTRY, ON_CALL
from node.api.routes_figures import FIGURES
from node.api.routes_information import INFORMATION
from node.api.routes_keep import KEEP
from node.api.routes_people_of_case import PEOPLE_OF_CASE
from node.api.routes_returns import RETURNS
from node.api.routes_rights import RIGHTS
from node.api.routes_safety import SAFETY
from node.api.routes_staff import SIGN_IN, STAFF
from node.api.routes_threads import THREADS

ROUTES: tuple[Route, ...] = (
    *SIGN_IN,
    *STAFF,
    *CASES,
    *CONSENTS,
    *PEOPLE_OF_CASE,
    *RETURNS,
    *THREADS,
    *INFORMATION,
    *RIGHTS,
    *KEEP,
    *DESK,
    *DIRECTORY,
    *FIGURES,
    *OVERSIGHT,
    *SAFETY,
    *ON_CALL,
    *DISTRUST,
    *OLD_REGISTRY,
    *OFF_NETWORK,
)
