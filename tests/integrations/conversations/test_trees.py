"""Trees of messages: the path that was read last, and the branches beside it."""

from integrations.conversations.tree import Paths, count_branches, kept_parents, paths_of


def test_the_path_goes_up_from_the_leaf_and_branches_stand_together() -> None:
    parents = {"r": "", "a": "r", "b": "r", "a1": "a", "b1": "b", "b2": "b", "a2": "a1"}
    assert paths_of(parents, "b2") == Paths(("r", "b", "b2"), ("a", "a1", "a2", "b1"))
    assert count_branches(parents, ("a", "a1", "a2", "b1")) == 2


def test_circles_and_strays_are_passed_once() -> None:
    parents = {"a": "b", "b": "a", "c": "gone", "d": "d"}
    assert paths_of(parents, "a") == Paths(("b", "a"), ("c", "d"))
    assert paths_of(parents, "unknown") == Paths((), ("c", "d", "a", "b"))


def test_a_long_line_needs_no_recursion() -> None:
    parents = {str(number): str(number - 1) for number in range(20_000)}
    found = paths_of(parents, "19999")
    assert (len(found.active), found.active[0], found.beside) == (20_000, "0", ())
    assert len(paths_of(parents, "0").beside) == 19_999


def test_a_parent_that_is_left_out_gives_way_to_its_own() -> None:
    parents = {"a": "", "b": "a", "c": "b", "d": "x"}
    assert kept_parents(parents, ["a", "c", "d"]) == {"a": "", "c": "a", "d": ""}
