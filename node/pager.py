"""Calling people on call: an e-mail that says nothing, and a command for pagers; both with a time limit.

The same e-mail goes to whoever wished one when something new waits.

The command gets a fixed word and a count, no shell, nothing on its input, a bare environment. The mail goes to one
address each, so that no list of staff travels. Source: practice H21; R38.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

from node.config import AlarmSection
from node.errors import OpenTRMError, Unavailable
from node.log import get
from node.secret_files import read_passphrase
from node.service.context import Node
from node.service.safety.paging import COMMAND, MAIL, SUBJECT, TEXT, WORD, Call, call_failed, call_made, calls_due
from node.service.staff.mail_wishes import can_mail, mail_left, mails_due

log = get()
BARE_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def channels_of(alarm: AlarmSection) -> tuple[str, ...]:
    """How people are called by this configuration."""
    return (MAIL,) * bool(alarm.smtp_host) + (COMMAND,) * bool(alarm.command)


class Pager:
    """Makes the calls that wait; `send_due` may be called at any time."""

    def __init__(self, node: Node, alarm: AlarmSection) -> None:
        self._node = node
        self._alarm = alarm

    async def send_due(self) -> None:
        """Make every call that is due, each noted as made or to be tried again."""
        for call in await calls_due(self._node):
            error = await self._made(call)
            if error:
                log.warning("page_failed", reason=error, tries=call.row.tries + 1)
                await call_failed(self._node, call, error)
            else:
                # Crash here: the call is made once more.
                await call_made(self._node, call)

    async def send_wished(self) -> None:
        """Mail whoever wished it and has something new; what could not be sent is tried at the next turn."""
        for one in await mails_due(self._node) if can_mail(self._node) else ():
            error = await asyncio.to_thread(send_mails, self._alarm, (one.address,))
            if error:
                log.warning("mail_failed", reason=error)
            else:
                # Crash here: the mail is sent once more.
                await mail_left(self._node, one)

    async def _made(self, call: Call) -> str:
        """ "" when it was made, else a code."""
        if call.row.channel == COMMAND:
            return await run_command(self._alarm, call.row.position, call.row.count)
        is_back_up = call.row.position == "back_up"
        to = dict.fromkeys((*call.mails, *(self._alarm.backup_to if is_back_up else self._alarm.to)))
        return await asyncio.to_thread(send_mails, self._alarm, tuple(to))


async def run_command(alarm: AlarmSection, position: str, count: int) -> str:
    """Run the configured command, killed after its time; "" when it ended well."""
    argv = alarm.backup_command if position == "back_up" and alarm.backup_command else alarm.command
    if not argv:
        return "no_command"
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, WORD, str(count), stdin=nothing, stdout=nothing, stderr=nothing, env=BARE_ENVIRONMENT
        )
    except OSError:
        return "command_not_started"
    try:
        code = await asyncio.wait_for(process.wait(), alarm.timeout_s)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "command_too_slow"
    return "" if code == 0 else "command_failed"


def send_mails(alarm: AlarmSection, to: Sequence[str]) -> str:
    """Send the one text to each address over one connection; "" when all were taken. Blocks; run it in a thread."""
    if not to:
        return "nobody_to_mail"
    try:
        with _connected(alarm) as server:
            for address in to:
                server.send_message(_message(alarm.sender, address), alarm.sender, [address])
    except smtplib.SMTPAuthenticationError:
        return "smtp_sign_in"
    except (smtplib.SMTPException, ssl.SSLError):
        return "smtp_refused"
    except OSError:
        return "smtp_unreachable"
    except OpenTRMError:
        return "smtp_password"
    return ""


def try_connection(alarm: AlarmSection) -> None:
    """Connect and sign in as for a mail, and send none; Unavailable says what is wrong. For the doctor."""
    try:
        with _connected(alarm) as server:
            server.noop()
    except smtplib.SMTPAuthenticationError:
        raise Unavailable("the mail server refuses the user or password; see [alarm]") from None
    except (smtplib.SMTPException, ssl.SSLError):
        raise Unavailable("the mail server refuses the connection; see smtp_port and smtp_security") from None
    except OSError:
        raise Unavailable("the mail server cannot be reached; see smtp_host and smtp_port in [alarm]") from None


def _connected(alarm: AlarmSection) -> smtplib.SMTP:
    tls = ssl.create_default_context()
    server: smtplib.SMTP
    if alarm.smtp_security == "tls":
        server = smtplib.SMTP_SSL(alarm.smtp_host, alarm.smtp_port, timeout=alarm.timeout_s, context=tls)
    else:
        server = smtplib.SMTP(alarm.smtp_host, alarm.smtp_port, timeout=alarm.timeout_s)
    try:
        if alarm.smtp_security == "starttls":
            server.starttls(context=tls)
        if alarm.smtp_user and alarm.smtp_password_file is not None:
            server.login(alarm.smtp_user, read_passphrase(alarm.smtp_password_file).decode())
    except BaseException:
        server.close()
        raise
    return server


def _message(sender: str, to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = SUBJECT, sender, to
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT)
    return mail
