"""Who may call a route: groups of roles, as the table of routes names them."""

ANYBODY = ()
PEOPLE = ("caseworker", "coordinator", "auditor", "operator")
EVERY_ROLE = (*PEOPLE, "machine")
DECIDE = ("caseworker", "coordinator")
WORK = (*DECIDE, "machine")
COORDINATE = ("coordinator",)
MANAGE = ("coordinator", "operator")
RUN = ("coordinator", "operator", "auditor")
AUDIT = ("auditor",)
