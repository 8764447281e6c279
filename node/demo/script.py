"""The script that the demo prints: five steps to try in a browser, and two more, in English or in Ukrainian.

What stands on the pages is taken from the catalogue that the pages use, so that the words are always theirs.
Source: interface 4.5.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Final

from node.web.language import speech

SPOKEN: Final = ("en", "uk")
# By the names used below: sentences of the pages, in English.
LABELS: Final[Mapping[str, str]] = {
    "start": "Start a referral", "save": "Save and go on", "kept_from": "Who must never hear of her",
    "none": "She named none", "needs": "What she needs, how fast, and where", "shelter": "A safe place to live",
    "weeks": "Within two weeks", "consent": "Her consent to ask there", "interpreter": "An independent interpreter",
    "writing": "In writing", "caseworker": "Caseworker", "record": "Record consent", "check_all": "Check and send",
    "send": "Sign and send to %(country)s", "received": "received", "read": "Read", "back": "Back to the matter",
    "accept": "Accept", "accepted": "Accepted", "check": "Check", "takes_back": "She takes it back",
    "takes_all": "All of it", "takes_this": "She takes this back", "erasure": "Erasure",
    "confirm": "Confirm the erasure", "erased": "Erased", "me": "Your sign-in",
    "codes": "Codes from a telephone", "yes": "Yes", "undo": "Take it back",
}  # fmt: skip
ENGLISH: Final = """
Try this in a browser, as coordinator of both countries:
  1 Send      {xd}
              "{start}": age 25-34, Ukrainian, "{save}". Then the tasks, one by one. "{kept_from}":
              "{none}". "{needs}": {shelter}, {weeks}, Arvenia. "{consent}": all eight
              points, {yes} to every question, Ukrainian, {interpreter}, {writing}, {caseworker}; "{record}".
              Then "{check_all}", "{send_to_xa}".
  2 See it    For twenty seconds (a minute on a real desk) the page that opens says when the letter leaves, and "{undo}"
              stops it. Leave it; then the page says "{received}" as soon as Arvenia's node has signed for the letter.
  3 Accept    {xa}
              On the desk open the last new letter. "{read}", "{back}", "{accept}": the organisation stands there,
              the first service, a day to come, given name. "{check}", "{send_to_xd}". Destinia sees "{accepted}".
  4 Withdraw  {xd}
              Open the two words of the case at the top of the page, "{takes_back}", "{takes_all}",
              "{takes_this}". It leaves at once.
  5 Wiping    {xa}
              The desk says "{erasure}": open it, "{confirm}", tick "{erased}" for each letter, "{check}",
              "{send_to_xd}". On its page of the matter Destinia reads what was erased.

A second step, by hand: at the foot of each page "{me}", "{codes}". Let a telephone read the picture, or without one
copy the text beside it and ask in a second terminal in this folder for the six digits, now and at each sign-in:
              make demo CODE=THE-TEXT

Switch a country off and on from there too; what is written to it waits, and arrives later:
              make demo OFF=XT
              make demo ON=XT

All people are invented. Press Ctrl-C to end; nothing is left behind.
"""
UKRAINIAN: Final = """
Спробуйте в браузері, як координатор обох країн (мову обирають угорі сторінки):
  1 Надіслати    {xd}
                 «{start}»: вік 25-34, українська, «{save}». Далі завдання, одне за одним. «{kept_from}»:
                 «{none}». «{needs}»: {shelter}, {weeks}, Arvenia. «{consent}»: усі вісім
                 пунктів, «{yes}» на кожне питання, українська, {interpreter}, {writing}, {caseworker}; «{record}».
                 Потім «{check_all}», «{send_to_xa}».
  2 Побачити     Двадцять секунд (на справжньому робочому столі хвилину) сторінка, що відкриється, каже, коли лист
                 вийде, і «{undo}» зупиняє його. Зачекайте; далі вона скаже «{received}», щойно вузол Arvenia підпише
                 одержання листа.
  3 Прийняти     {xa}
                 На робочому столі відкрийте останній новий лист. «{read}», «{back}», «{accept}»: організація вже там,
                 перша з послуг, день приїзду, ім’я. «{check}», «{send_to_xd}». Destinia бачить «{accepted}».
  4 Відкликати   {xd}
                 Відкрийте два слова випадку вгорі сторінки, «{takes_back}», «{takes_all}»,
                 «{takes_this}». Це виходить одразу.
  5 Стерти       {xa}
                 На робочому столі сказано «{erasure}»: відкрийте, «{confirm}», позначте «{erased}» для кожного листа,
                 «{check}», «{send_to_xd}». На своїй сторінці Destinia читає, що було стерто.

Другий крок входу, власноруч: унизу кожної сторінки «{me}», «{codes}». Хай телефон зчитає картинку; без телефону
скопіюйте текст поруч і запитайте шість цифр у другому терміналі в цій теці, зараз і за кожного входу:
                 make demo CODE=ТЕКСТ

Звідти ж вимикають і вмикають країну; написане до неї чекає і надходить пізніше:
                 make demo OFF=XT
                 make demo ON=XT

Усіх людей вигадано. Ctrl-C завершує; нічого не лишається.
"""
TEXTS: Final = {"en": ENGLISH, "uk": UKRAINIAN}


def script(language: str, desks: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The script in a language; `desks` are addresses and `names` countries, by code in small letters."""
    said = speech(language, "UTC").say
    labels = {name: str(said(text)) for name, text in LABELS.items()}
    sends = {f"send_to_{code}": labels["send"] % {"country": name} for code, name in names.items()}
    text = TEXTS[language]
    return text.format(**{name: {**labels, **sends, **desks}[name] for name in parts_of(text)})


def parts_of(text: str) -> set[str]:
    """The names of what is filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
