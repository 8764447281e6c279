"""Threads as rows: found by peer and id, or by the id alone."""

from msgspec.structs import replace

from node.store.threads import ThreadRow

THREAD = ThreadRow("XA", "t1", "c1", b"sealed", started_at=1000, changed_at=1000, ended_at=None)


def test_a_thread_that_is_put_again_has_its_new_state_and_keeps_when_it_began(store):
    store.write_sync(lambda work: work.threads.put(THREAD))
    changed = replace(THREAD, sealed=b"later", started_at=9999, changed_at=2000, ended_at=2000)
    store.write_sync(lambda work: work.threads.put(changed))

    assert store.read_sync(lambda reader: reader.threads.get("XA", "t1")) == replace(changed, started_at=1000)
    assert store.read_sync(lambda reader: reader.threads.count()) == {"XA": 1}


def test_by_its_id_alone_the_first_of_two_threads_is_found_that_a_peer_copied(store):
    """A dishonest peer may open a thread under the id of another peer's."""
    later = replace(THREAD, peer="XB", case_id="c2", started_at=2000)
    store.write_sync(lambda work: work.threads.put(later))
    assert store.read_sync(lambda reader: reader.threads.find("t1")) == later

    store.write_sync(lambda work: work.threads.put(THREAD))

    assert store.read_sync(lambda reader: reader.threads.find("t1")) == THREAD
    assert store.read_sync(lambda reader: reader.threads.find("t2")) is None


def test_one_look_tells_what_never_comes_back_and_whether_a_hold_stands(store):
    """H08: the gate asks both for every letter."""
    look = lambda: store.read_sync(lambda reader: reader.restored.standing("t1", "c1", "hold"))  # noqa: E731
    assert look() == (False, False)

    store.write_sync(lambda work: work.restored.never("stop", "t1", 1000))
    assert look() == (True, False)

    store.write_sync(lambda work: work.meta.put("hold", 1000))
    assert look() == (True, True)
    assert store.read_sync(lambda reader: reader.restored.standing("t2", "c1", "hold")) == (False, True)
