"""Figures and statistics over HTTP: everybody who may come in may read them, because they show nobody (R35)."""


async def test_figures_of_a_new_node_are_empty_and_readable_by_every_role(desk):
    for who in ("ana", "bea", "dora", "olaf"):
        answer = await desk.get(who, "/figures")
        assert answer.status == 200
    assert answer.json["figures"] == []
    assert [one["count"] for one in answer.json["identity_pending"]] == [0, 0, 0]


async def test_a_year_that_is_not_over_is_not_there(desk):
    assert (await desk.get("bea", "/statistics")).json == []
    assert (await desk.get("bea", "/statistics/2026")).status == 404
    assert (await desk.get("bea", "/statistics/last")).status == 404
