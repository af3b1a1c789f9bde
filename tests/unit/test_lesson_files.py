"""Lessons as files: problems are reported with their line, and the shipped ones are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.read.cast import ROLES, CastMember
from referral_tui.lessons.casting import CAST_FACTS, cast_facts
from referral_tui.lessons.facts import PROGRAM_FACTS, program_facts
from referral_tui.lessons.fill import filled, missing
from referral_tui.lessons.guide import Guide, scene
from referral_tui.lessons.load import find_lesson, read_lesson, shipped, template
from referral_tui.lessons.model import Facts
from referral_tui.lessons.progress import Progress, Reached
from referral_tui.lessons.states import NOBODY, STATES, Seen, holds
from simulator.domain.errors import InputError
from simulator.program.load import load_program
from simulator.program.presets import find_program, preset_names

QUESTIONS = {
    "Where do I find one customer?": "1-one-referral",
    "Where is my reward?": "1-one-referral",
    "Why do I have to wait for my reward?": "2-the-hold",
    "Why was my reward taken back?": "2-the-hold",
    "I clicked two links: whose counts?": "3-whose-link",
    "How long after the click may my friend buy?": "3-whose-link",
    "My friend bought: why did I get nothing for this one?": "4-caps-and-budget",
    "What if the program's money runs out?": "4-caps-and-budget",
    "My friend bought yesterday: why does it not show?": "5-late-doubled-lost",
    "Is anything paid twice if a file is sent twice?": "5-late-doubled-lost",
    "Why was I refused?": "6-refused",
    "What would have made it pay?": "6-refused",
    "Can somebody refer themselves?": "7-cheats",
    "Who can see my name?": "8-the-wall",
}
"""What newcomers ask first, and the lesson with the step that answers it."""
EVERYBODY = tuple(name for lesson in shipped("lesson") for name, _ in find_lesson(lesson, "lesson").cast)


def test_newcomers_first_questions_are_answered_by_a_step_of_a_lesson() -> None:
    answered = {
        question: name
        for name in shipped("lesson")
        for step in find_lesson(name, "lesson").steps
        for question in step.answers
    }
    assert len(QUESTIONS) >= 12
    assert answered == QUESTIONS


def test_there_are_eight_lessons_of_one_world_so_that_all_begin_at_once() -> None:
    lessons = [find_lesson(name, "lesson") for name in shipped("lesson")]
    assert len(lessons) == 8
    assert len({lesson.world for lesson in lessons}) == 1
    assert all(any(step.ask for step in lesson.steps) for lesson in lessons)
    assert all(any(step.until for step in lesson.steps) for lesson in lessons)


WHOLE = """
[lesson]
title = "T"
[cast]
paid = "rewarded"
[[step]]
say = "Look at {paid}."
do = ["2"]
until = { screen = "journeys" }
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("screen =", "scren =", 'l.toml:9: step 1.until.scren: no such state; did you mean "screen"?'),
        ("journeys", "journys", 'l.toml:9: step 1.until.screen: no screen "journys"; did you mean "journeys"?'),
        ("{paid}", "{payd}", 'l.toml:7: step 1.say: no placeholder {payd}; did you mean "paid"?'),
        ('"rewarded"', '"rewardd"', 'l.toml:5: cast.paid: no role "rewardd"; did you mean "rewarded"?'),
        ('do = ["2"]', 'do = ["entr"]', 'l.toml:8: step 1.do: no key "entr"; did you mean "enter"?'),
        ('do = ["2"]', 'panl = "2"', 'l.toml:8: step 1.panl: unknown key; did you mean "panel"?'),
        ('do = ["2"]', "", "l.toml:9: step 1.until: a state without `do`: say which keys lead to it"),
        ("until", "#", "l.toml:8: step 1.do: keys without `until`: say which state ends the step"),
        ('title = "T"', 'title = "T"\nminuts = 5', 'l.toml:4: lesson.minuts: unknown key; did you mean "minutes"?'),
        ('title = "T"', "", "l.toml:2: lesson.title: missing; add it"),
        ('say = "Look at {paid}."', "", "l.toml:6: step 1.say: missing; add it"),
        ("[lesson]", "[lesso]", 'l.toml:2: lesso: unknown key; did you mean "lesson"?'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_is_nearest(before: str, after: str, said: str) -> None:
    assert read_lesson(WHOLE, "l.toml").steps[0].until == (("screen", "journeys"),)
    with pytest.raises(InputError) as caught:
        read_lesson(WHOLE.replace(before, after), "l.toml")
    assert said in caught.value.problems


def test_a_moment_that_is_none_and_a_panel_of_another_screen_are_refused() -> None:
    text = '[lesson]\ntitle = "T"\n[[step]]\nsay = "S"\nshow = { screen = "data", moment = "soon" }\npanel = "funnel"\n'
    with pytest.raises(InputError) as caught:
        read_lesson(text, "l.toml")
    moment, panel = caught.value.problems
    assert moment.startswith('l.toml:5: step 1.show.moment: "soon" is not a moment; write a date or a time')
    assert panel.startswith('l.toml:6: step 1.panel: no panel "funnel" on the screen data; use one of types')


def test_a_talk_has_no_more_steps_than_there_are_numbers_to_jump_by() -> None:
    text = '[talk]\ntitle = "T"\n' + '[[step]]\nsay = "S"\n' * 10
    with pytest.raises(InputError, match=r"l\.toml:21: step 10: a talk has nine steps at most"):
        read_lesson(text, "l.toml")


@pytest.mark.parametrize("ask", ['choices = ["a"]', 'choices = ["a", "b"]\nreplies = ["x"]'])
def test_a_question_needs_two_choices_and_a_reply_to_each(ask: str) -> None:
    text = f'[lesson]\ntitle = "T"\n[[step]]\nsay = "S"\n[step.ask]\ntext = "?"\nright = 1\n{ask}\n'
    with pytest.raises(InputError, match=r"l\.toml:[89]: step 1\.ask"):
        read_lesson(text, "l.toml")


@pytest.mark.parametrize("kind", ["lesson", "talk"])
def test_the_template_is_a_whole_file(kind: str) -> None:
    assert read_lesson(template("talk" if kind == "talk" else "lesson"), "new.toml").kind == kind


def test_a_file_that_is_not_there_is_said_with_the_nearest_lesson(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"did you mean .2-the-hold"):
        find_lesson("2-the-hol", "lesson")


# -- placeholders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", preset_names())
def test_a_lesson_speaks_of_the_program_at_hand(preset: str) -> None:
    facts = program_facts(load_program(*find_program(preset)))
    assert set(facts.words) <= set(PROGRAM_FACTS)
    everybody = {
        name: CastMember(
            ref="p1",
            referrer="p2",
            code="CODE",
            channel="email",
            rule="rule",
            reward="reward",
            value_minor=100,
            came_at=1,
            matched_at=2,
            decided_at=3,
            settled_at=4,
        )
        for name in EVERYBODY
    }
    for name in shipped("lesson"):
        lesson = filled(find_lesson(name, "lesson"), facts.joined(cast_facts(everybody, "GBP", 2)))
        said = " ".join(step.say for step in lesson.steps)
        assert "{" not in said
        assert len(lesson.steps) >= 4
    assert facts.words["program"] in filled(find_lesson("1-one-referral", "lesson"), facts).steps[0].say


def test_the_hold_of_a_lesson_is_the_programs_own() -> None:
    bank, telecom = (
        program_facts(load_program(*find_program(name))).words["hold"] for name in ("bank", "telecom")
    )
    assert (bank, telecom) == ("1 day", "14 days")


def test_a_step_about_what_a_program_has_not_is_left_out() -> None:
    lesson = find_lesson("4-caps-and-budget", "lesson")
    without = Facts({name: "x" for name in PROGRAM_FACTS if name not in ("cap", "bonus")})
    titles = [step.title for step in filled(lesson, without).steps]
    assert "no cap" in titles
    assert not {"a cap", "counted", "one that was capped"} & set(titles)
    assert missing(lesson.steps[1], without) == ("cap",)


def test_every_fact_of_the_cast_is_filled_and_every_role_has_words() -> None:
    facts = cast_facts(
        {
            "a": CastMember(
                ref="p1",
                referrer="p2",
                code="C",
                channel="e",
                rule="r",
                reward="w",
                value_minor=1,
                came_at=1,
                matched_at=2,
                decided_at=3,
                settled_at=4,
            )
        },
        "GBP",
        2,
    )
    assert set(facts.words) == {f"a.{fact}" if fact else "a" for fact in CAST_FACTS}
    assert set(facts.moments) == {"a.came", "a.matched", "a.decided", "a.settled"}
    assert all(words for words, _ in ROLES.values())


# -- the way through ------------------------------------------------------------------------------------


def test_a_step_ends_by_the_state_and_not_by_a_key() -> None:
    guide = Guide(read_lesson(WHOLE + '[[step]]\nsay = "End."\n', "l.toml"))
    assert not guide.see(Seen(screen="overview"))
    assert guide.see(Seen(screen="journeys"))
    assert guide.place == 1


def test_a_question_waits_for_the_right_answer() -> None:
    ask = '[step.ask]\ntext = "?"\nchoices = ["a", "b"]\nreplies = ["no", "yes"]\nright = 2\n[[step]]\nsay = "End."\n'
    guide = Guide(read_lesson(WHOLE + ask, "l.toml"))
    guide.answer(1)
    assert guide.chosen is None, "answered before it was asked"
    assert not guide.see(Seen(screen="journeys"))
    assert guide.phase == "ask"
    guide.answer(0)
    assert guide.phase == "ask"
    guide.answer(1)
    assert guide.waits_for_key
    assert guide.go_on()
    assert guide.place == 1


def test_the_scene_of_a_step_is_what_the_steps_before_it_set_and_waited_for() -> None:
    lesson = find_lesson("1-one-referral", "lesson")
    states = dict(scene(lesson, 3))
    assert states["screen"] == "journeys"
    assert states["filter"] == "{paid}"
    assert "selected" not in states, "the cursor is not set"
    assert dict(scene(lesson, 0))["open"] == NOBODY


@pytest.mark.parametrize(
    ("state", "seen", "so"),
    [
        (("moment", "2026-01-05"), Seen(moment=None), True),
        (("moment", "2026-01-05"), Seen(moment=1767571200000), False),
        (("moment", "2026-01-05"), Seen(moment=1767574800000), True),
        (("moment", "now"), Seen(moment=1), False),
        (("stage", "converted"), Seen(stage="claimed"), False),
        (("stage", "converted"), Seen(stage="rewarded"), True),
        (("stage", "converted"), Seen(stage=None), False),
        (("open", "nobody"), Seen(opened=frozenset({"x"})), False),
        (("open", "x"), Seen(opened=frozenset({"x"})), True),
        (("read", "help"), Seen(read=frozenset({"help"}), box="help"), False),
        (("read", "help"), Seen(read=frozenset({"help"})), True),
        (("tab", "tree"), Seen(tabs=frozenset({"leaders"})), False),
        (("draft", "no"), Seen(draft=True), False),
        (("filter", "Refused"), Seen(filter="refused"), True),
        (("selected", "x"), Seen(named=frozenset({"x"})), True),
        (("view", "client"), Seen(view="platform"), False),
    ],
)
def test_a_state_holds_as_the_dashboard_stands(state: tuple[str, str], seen: Seen, so: bool) -> None:
    assert holds([state], seen) is so


def test_progress_is_kept_and_a_lesson_that_was_ended_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "data" / "lessons.json"
    Progress(path).note("a", 3, ended=False)
    Progress(path).note("b", 1, ended=True)
    again = Progress(path)
    again.note("b", 2, ended=False)
    assert (again.of("a"), again.of("b"), again.of("c")) == (Reached(3), Reached(2, True), Reached())
    path.write_text("{")
    assert Progress(path).of("a") == Reached()


# -- the page -------------------------------------------------------------------------------------------


def test_the_page_lists_every_state_role_and_placeholder() -> None:
    page = (Path(__file__).parents[2] / "docs" / "learn.md").read_text(encoding="utf-8")
    for name, kind in STATES.items():
        settable = "yes" if kind.settable else "no"
        assert re.search(rf"^\| `{name}` \| .* \| {settable} \|$", page, re.MULTILINE), name
    for role, (words, _) in ROLES.items():
        assert f"| `{role}` | {words} |" in page
    for fact, words in PROGRAM_FACTS.items():
        assert f"| `{{{fact}}}` | {words} |" in page
