"""Which of the things that wait one person may see. Source: inbox by deadline; R24."""

from node.service.access import is_theirs_now, whose
from node.service.actor import Actor
from node.store.tasks import TaskRow
from node.store.work import Reader

LISTED = 1000  # of each list, the most pressing first


class Sight:
    """Which cases this person may see; each is asked once."""

    def __init__(self, reader: Reader, actor: Actor, limit: int = LISTED) -> None:
        self.limit = limit
        self._reader = reader
        self.actor = actor
        self._known: dict[str, bool] = {}

    def case(self, case_id: str | None) -> bool:
        """True when the case is theirs."""
        if case_id is None:
            return False
        if case_id not in self._known:
            row = self._reader.cases.get(case_id)
            self._known[case_id] = row is not None and is_theirs_now(self._reader, row, self.actor)
        return self._known[case_id]

    def task(self, task: TaskRow) -> bool:
        """Tasks of a case for those who work on it; tasks of none for coordinators and operators."""
        if task.case_id is not None:
            return self.case(task.case_id)
        return self.actor.role in ("coordinator", "operator")

    def tasks(self) -> list[TaskRow]:
        """Open tasks that may be this person's."""
        waiting = self._reader.waiting
        return (
            waiting.tasks_of_no_case(self.limit)
            if self.actor.role == "operator"
            else waiting.tasks(self.user, self.limit)
        )

    @property
    def user(self) -> str | None:
        """Whose lists are read; None for everybody's."""
        return whose(self.actor)

    @property
    def sees_all(self) -> bool:
        """True for coordinators, who also see what no case stands behind."""
        return self.actor.role == "coordinator"
