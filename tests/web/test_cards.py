"""What she carries and how she reaches us from abroad, in a browser: a card shown once, her word, a call back."""

import re

from tests.web.browser import Browser
from tests.web.test_changes import case_of


async def test_a_card_is_shown_once_and_its_code_and_word_find_the_case_again(browsers: dict[str, Browser]):
    """H18: nothing of her on the card; a wrong word is answered like a wrong code."""
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/referral/kept-from")
    await xd.send(page, f"{case}/referral/kept-from", named="no")
    page = await xd.open(f"{case}/paper")
    page = await xd.send(
        page, f"{case}/paper", wanted="card", safe_to_carry="yes", asked_alone="yes", code_word="blue door", to="XD"
    )
    code = re.search(r"\b[2-9A-HJKMNP-TV-Z]{7}\b", page.said.partition("shown once")[2])
    assert code is not None, page.said
    assert code[0] not in (await xd.open(f"{case}/paper")).text

    wrong = await xd.send(await xd.open("/desk/caller"), "/desk/caller", code=code[0], code_word="red door")
    other = await xd.send(await xd.open("/desk/caller"), "/desk/caller", code="2222222", code_word="blue door")
    assert wrong.status == other.status == 422 and "do not fit" in wrong.said and "do not fit" in other.said
    right = await xd.send(await xd.open("/desk/caller"), "/desk/caller", code=code[0], code_word="blue door")

    assert "The code and the word fit" in right.said and case in right.links
