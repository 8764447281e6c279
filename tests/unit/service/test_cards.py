"""H18 on a real node: what she carries, and how she reaches us from abroad."""

import pytest

from node.errors import BadInput, NotAllowed, NotFound
from node.service.keep.forget import forget_case
from node.service.rights import cards
from node.service.rights.cards import CheckCard, RecordCall, TakePaper, check_card, record_call, take_paper
from node.service.threads.book import Book
from tests.world import DAY_S, HER, World

WORD = "the blue kettle"


async def card(world: World) -> tuple[str, str]:
    """A case and the code of its card."""
    xd = world["XD"]
    case = await xd.new_case()
    paper = TakePaper(person_id=HER, wanted="card", code_word=WORD, to="XD")
    view = await take_paper(xd.node, xd.caseworker, case, paper)
    assert view.card is not None
    return case, view.card.code


async def test_by_default_everything_is_kept_here(world: World) -> None:
    """H18: nobody has to remember to say no."""
    xd = world["XD"]
    case = await xd.new_case()

    view = await take_paper(xd.node, xd.caseworker, case, TakePaper(person_id=HER))

    assert (view.taken, view.card) == ("kept_here", None)


@pytest.mark.parametrize(
    ("safe", "alone", "taken"), [(True, True, "sheet"), (True, False, "card"), (False, True, "card")]
)
async def test_the_sheet_goes_along_only_if_she_alone_says_that_it_is_safe(
    world: World, safe: bool, alone: bool, taken: str
) -> None:
    """H18, H17: otherwise a neutral card with a number and a code, and nothing else."""
    xd = world["XD"]
    case = await xd.new_case()
    paper = TakePaper(person_id=HER, wanted="sheet", safe_to_carry=safe, asked_alone=alone, code_word=WORD, to="XD")

    view = await take_paper(xd.node, xd.caseworker, case, paper)

    assert view.taken == taken
    if view.card is not None:
        assert set(view.card.__struct_fields__) == {"number", "code"}
        assert len(view.card.code) == 7


async def test_a_caller_with_code_and_word_is_called_back_before_anything_is_told(world: World) -> None:
    """H18: the right word finds the case; on that line nothing is told, and a record that something was is refused."""
    case, code = await card(world)
    xd = world["XD"]

    found = await check_card(xd.node, xd.caseworker, CheckCard(code=code, code_word="  The Blue  KETTLE "))

    assert (found.case, found.person_id) == (case, HER)
    with pytest.raises(NotAllowed) as no:
        await record_call(xd.node, xd.caseworker, case, RecordCall(code=code, called_back=False, told=("appointment",)))
    assert no.value.rule == "H18"
    await record_call(xd.node, xd.caseworker, case, RecordCall(code=code, called_back=True, told=("who_holds_what",)))


async def test_a_card_whose_case_is_erased_while_its_word_is_looked_at_answers_as_one_that_nobody_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R38: the word is hashed for half a second; that something was here and is gone is told to nobody."""
    case, code = await card(world)
    xd, hashed = world["XD"], cards._hash

    def slowly(*given: str) -> str:
        xd.node.store.write_sync(lambda work: forget_case(work, case, xd.node.now()))
        return hashed(*given)

    with pytest.raises(NotFound) as unknown:
        await check_card(xd.node, xd.caseworker, CheckCard(code="2222222", code_word=WORD))
    monkeypatch.setattr(cards, "_hash", slowly)
    with pytest.raises(NotFound) as erased:
        await check_card(xd.node, xd.caseworker, CheckCard(code=code, code_word=WORD))

    assert (erased.value.message, erased.value.for_user) == (unknown.value.message, unknown.value.for_user)


async def test_a_wrong_word_and_a_wrong_code_answer_alike_and_five_wrong_words_close_the_card_for_a_day(
    world: World,
) -> None:
    """R38: nobody learns by trying whether a code exists."""
    _, code = await card(world)
    xd = world["XD"]
    said = set()

    for tried, word in ((code, "the red kettle"), ("2222222", WORD), *((code, f"guess {n}") for n in range(4))):
        with pytest.raises(NotFound) as no:
            await check_card(xd.node, xd.caseworker, CheckCard(code=tried, code_word=word))
        said.add((str(no.value), no.value.for_user))

    assert len(said) == 1
    with pytest.raises(NotFound):  # right, and too late
        await check_card(xd.node, xd.caseworker, CheckCard(code=code, code_word=WORD))
    world.clock.step(DAY_S + 1)
    found = await check_card(xd.node, xd.caseworker, CheckCard(code=code, code_word=WORD))
    assert found.person_id == HER


async def test_her_word_is_stored_nowhere_and_an_older_card_is_void(world: World) -> None:
    """H18: only a slow hash under the case's key; a new card replaces the old one."""
    case, code = await card(world)
    xd = world["XD"]
    newer = await take_paper(
        xd.node, xd.caseworker, case, TakePaper(person_id=HER, wanted="card", code_word="another", to="XD")
    )
    assert newer.card is not None

    with pytest.raises(NotFound):
        await check_card(xd.node, xd.caseworker, CheckCard(code=code, code_word=WORD))
    kept = xd.node.store.read_sync(lambda reader: Book(xd.node, reader).case(case).case)
    assert WORD not in repr(kept)
    rows = "select group_concat(act || ref || rule || outcome) from audit"
    assert code not in xd.node.store.read_sync(lambda reader: reader.connection.execute(rows).fetchone()[0])


async def test_a_card_without_a_word_of_hers_is_not_made(world: World) -> None:
    xd = world["XD"]
    case = await xd.new_case()

    with pytest.raises(BadInput, match="word"):
        await take_paper(xd.node, xd.caseworker, case, TakePaper(person_id=HER, wanted="card", to="XD"))
