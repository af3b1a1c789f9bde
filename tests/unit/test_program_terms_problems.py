"""Conditional, dated, chosen, capped and converted rewards: every error in a file with them."""

from __future__ import annotations

import pytest

from tests.unit.program_texts import EXPERIMENT, WITHOUT_RULES, problems_of, with_reward, with_table

OTHER = EXPERIMENT.replace("offer", "other").replace("a =", "x =").replace("b =", "y =")
CASES = [
    # unknown names
    (with_reward('wen = "amount > 1"'), 'p.toml:12: reward[1] "credit".wen: unknown key; did you mean "when"?'),
    (with_reward('keepif = "x"'), 'reward[1] "credit".keepif: unknown key; did you mean "keep_if"?'),
    (with_table("[budget]\ntotal = 5\nperiode = 1"), 'budget.periode: unknown key; did you mean "period"?'),
    (with_table("[[experiments]]"), 'experiments: unknown table; did you mean "experiment"?'),
    (with_table("[rate]\nEUR = 1"), 'rate: unknown table; did you mean "rates"?'),
    (
        WITHOUT_RULES.replace('"GBP"', '"GBP"\ntimezone = "Pacific/Aukland"'),
        'p.toml:4: program.timezone: no time zone "Pacific/Aukland"; did you mean "Pacific/Auckland"?',
    ),
    (
        WITHOUT_RULES.replace('"GBP"', '"GBP"\ntimezone = 12'),
        "program.timezone: 12 is not text; write a time zone such as",
    ),
    (
        with_table("[attribution]\ncodes = \"exct\""),
        'attribution.codes: no such value "exct"; did you mean "exact"?',
    ),
    (with_table("[attribution]\nuses = 0"), "attribution.uses: 0 is out of range; write a whole number from 1"),
    # bounds of a share
    (with_reward("max = 4"), 'p.toml:12: reward[1] "credit".max: bounds a percent, and there is none'),
    (with_reward("min = 4"), 'reward[1] "credit".min: bounds a percent, and there is none'),
    (
        WITHOUT_RULES.replace("value = 5", "percent = 5\nmax = 4\nmin = 4.01"),
        'p.toml:13: reward[1] "credit".min: it is more than max; write an amount up to that',
    ),
    (WITHOUT_RULES.replace("value = 5", "percent = 5\nmax = 0"), "credit\".max: 0 is not more than nothing"),
    # caps
    (
        with_reward('caps = [{ count = 1, window = "lifetime", over = "trim" }]'),
        'p.toml:12: reward[1] "credit".caps[1].over: only a cap with a value and without a count can trim',
    ),
    (
        with_reward('caps = [{ count = 1, value = 5, window = "lifetime", over = "trim" }]'),
        "caps[1].over: only a cap with a value and without a count can trim",
    ),
    (
        with_reward('caps = [{ count = 1, window = "lifetime", per = "freind" }]'),
        'caps[1].per: no such value "freind"; did you mean "friend"?',
    ),
    (
        with_reward('caps = [{ count = 1, window = "lifetime", returns = "no" }]'),
        "caps[1].returns: \"no\" is neither true nor false",
    ),
    # choices
    (
        with_reward('choices = ["a", "b"]'),
        'p.toml:12: reward[1] "credit".choices: needs choose_within beside it; write choose_within = "90d"',
    ),
    (
        with_reward('choices = ["bill", "card"]\nchoose_within = "1d"\notherwise = "crad"'),
        'p.toml:14: reward[1] "credit".otherwise: "crad" is not one of choices; did you mean "card"?',
    ),
    (
        with_reward('choose_within = "1d"'),
        "choose_within: belongs to a choice, and there is none; write choices",
    ),
    (with_reward('otherwise = "card"'), "otherwise: belongs to a choice, and there is none; write choices"),
    (
        with_reward('choices = ["a", "b"]\nchoose_within = "1d"\nkind = "a"'),
        'p.toml:14: reward[1] "credit".kind: beside choices; the recipient chooses what it is, so take one out',
    ),
    (
        with_reward('choices = ["a", "b"]\nchoose_within = "1d"').replace('"friend"', '"community"'),
        "choices: a community can't choose; write kind in their place",
    ),
    (with_reward('choices = ["a", "a"]\nchoose_within = "1d"'), 'choices: "a" is named twice; name it once'),
    (with_reward('choices = []\nchoose_within = "1d"'), "choices: the list is empty; name at least one kind"),
    (with_reward('choices = "a"\nchoose_within = "1d"'), 'choices: "a" is not a list'),
    (with_reward('choices = ["a", "b"]\nchoose_within = "0m"'), "choose_within: \"0m\" is no time at all"),
    (with_reward('expires = "0d"'), 'expires: "0d" is no time at all'),
    # budget
    (
        with_table('[budget]\nperiod = "calendar-month"'),
        "p.toml:13: budget.period: there is no total for it; write total, or take it out",
    ),
    (with_table('[budget]\nshort = "wait"'), "budget.short: there is no total for it"),
    (with_table('[budget]\nover = "trim"'), "budget.over: there is no total for it"),
    (with_table("[budget]\nreturns = false"), "budget.returns: there is no total for it"),
    (
        with_table('[budget]\ntotal = 5\nover = "trim"\nshort = "wait"'),
        'p.toml:15: budget.short: what is trimmed never waits; write short = "skip", or over = "skip"',
    ),
    (with_table('[budget]\ntotal = 5\nperiod = "30d"'), 'budget.period: no such value "30d"; use one of lifetime'),
    # dates
    (with_reward('dated_by = "touch"'), "dated_by: there are no dates; write from or until, or take it out"),
    (
        with_reward("from = 2026-06-01T00:00:00Z\nuntil = 2026-06-01T02:00:00+02:00"),
        'p.toml:13: reward[1] "credit".until: it ends before it has begun; write a moment after from',
    ),
    (with_reward("from = 2026-06-01"), "from: 2026-06-01 has no time and no offset"),
    (
        WITHOUT_RULES.replace('"GBP"', '"GBP"\nstops = true'),
        "p.toml:4: program.stops: everybody may refer, so nobody stops; write referrers, or take it out",
    ),
    # rates
    (
        with_table("[rates]\nGBP = 1"),
        "p.toml:13: rates.GBP: GBP is the program's own currency, which needs no rate; take it out",
    ),
    (with_table("[rates]\nEUR = 0"), "rates.EUR: 0 is not more than nothing; write a rate above 0"),
    (with_table("[rates]\nEUR = -0.5"), "rates.EUR: -0.5 is not more than nothing"),
    (with_table("[rates]\nEUT = 1"), 'rates.EUT: no currency "EUT"; did you mean "EUR"?'),
    (with_table('[rates]\nEUR = "1"'), "rates.EUR: must be a rate, such as 0.8512, without quotes"),
    (with_table("[rates]\nEUR = 0.1234567890123"), "rates.EUR: 0.1234567890123 has more than 12 decimals"),
    (with_table("[rates]\nJPY = 10000001"), "rates.JPY: 10000001 is out of range; 10000000 is the most"),
    (with_table("[rates]\nEUR = nan"), "rates.EUR: must be a rate, such as 0.8512; NaN is not a finite number"),
    # names used twice
    (
        with_table(EXPERIMENT + EXPERIMENT),
        'p.toml:17: experiment[2] "offer".name: "offer" names another experiment too (line 13)',
    ),
    # experiments
    (with_table(EXPERIMENT.replace("offer", "Offer")), 'name: "Offer" can\'t be part of a fact\'s name'),
    (with_table(EXPERIMENT.replace('"friend"', '"frend"')), 'by: no such value "frend"; did you mean "friend"?'),
    (with_table(EXPERIMENT.replace("a = 1", "A = 1")), 'variants: "A" can\'t be part of a fact\'s name'),
    (with_table(EXPERIMENT.replace("a = 1", "a = 1.5")), 'variants: 1.5 is not a weight of "a"; write a whole number'),
    (with_table(EXPERIMENT.replace("a = 1", "a = -1")), 'variants: -1 is not a weight of "a"'),
    (with_table(EXPERIMENT.replace("= 1", "= 0")), "variants: the weights come to 0; together they are 1 to 10,000"),
    (with_table(EXPERIMENT.replace("a = 1", "a = 10000")), "variants: the weights come to 10,001"),
    (with_table(EXPERIMENT.replace("{ a = 1, b = 1 }", "[1]")), "variants: a list is not a table"),
    (with_table('[[experiment]]\nname = "x"\nby = "friend"'), "variants: missing; add it"),
    # attributes
    (with_table('[attributes]\nproduct = "txt"'), 'p.toml:13: attributes.product: no type "txt"; did you mean "text"?'),
    (with_table("[attributes]\nproduct = 1"), "attributes.product: 1 is not text; use one of text, number, bool"),
    (with_table('[attributes]\nProduct = "text"'), 'attributes.Product: "Product" can\'t be part of a fact\'s name'),
    (
        with_table('[attributes]\nplan = { of = "friend", type = "text" }'),
        'attributes.plan: no such value "friend"; use one of conversion, customer',
    ),
    (with_table('[attributes]\nplan = { of = "customer" }'), "attributes.plan: type is missing"),
    (
        with_table('[attributes]\nplan = { off = "customer", type = "text" }'),
        'attributes.plan: unknown key "off"; did you mean "of"?',
    ),
    (
        with_table('[attributes]\namount = "number"'),
        "attributes.amount: it would be the fact amount, and there is one already; give it another name",
    ),
    (
        with_table('[attributes]\nsegment = { of = "customer", type = "text" }'),
        "attributes.segment: it would be the fact friend_segment, and there is one already",
    ),
    (
        with_table('[attributes]\nrecipient_closed = "bool"'),
        "attributes.recipient_closed: it would be the fact recipient_closed, and there is one already",
    ),
    (
        with_table('[attributes]\nfriend_plan = "text"\nplan = { of = "customer", type = "text" }'),
        "p.toml:14: attributes.plan: it would be the fact friend_plan, and there is one already",
    ),
    (
        with_table('[attributes]\nvariant_offer = "text"\n' + EXPERIMENT),
        'experiment[1] "offer".name: it would be the fact variant_offer, and there is one already',
    ),
    (with_table('[attributes]\ndate = "text"'), 'attributes.date: "date" is a word of SQL, which can\'t be a fact'),
    (with_table('[attributes]\ncase = "text"'), 'attributes.case: "case" is a word of SQL'),
    (with_table('[attributes]\ncoalesce = "text"'), 'attributes.coalesce: "coalesce" is a word of SQL'),
    # facts in expressions
    (
        with_reward('when = "variant_offer = \'a\'"'),
        'when: no experiment "offer"; the program has none: write [[experiment]]',
    ),
    (
        with_table(EXPERIMENT, 'when = "variant_ofer = \'a\'"\n'),
        'when: no experiment "ofer"; did you mean "offer"?',
    ),
    (
        with_table(EXPERIMENT, 'when = "variant_offer = \'c\'"\n'),
        "when: the experiment offer has no variant 'c'; use one of a, b",
    ),
    (
        with_table(EXPERIMENT, 'keep_if = "\'c\' <> variant_offer"\n'),
        "keep_if: the experiment offer has no variant 'c'; use one of a, b",
    ),
    (
        with_table(EXPERIMENT, 'when = "variant_offer IN (\'a\', \'bb\')"\n'),
        "when: the experiment offer has no variant 'bb'",
    ),
    (
        with_table(EXPERIMENT, 'when = "CASE variant_offer WHEN \'c\' THEN TRUE ELSE FALSE END"\n'),
        "when: the experiment offer has no variant 'c'",
    ),
    (
        with_table(EXPERIMENT, 'when = "COALESCE(variant_offer, \'none\') = \'bb\'"\n'),
        "when: the experiment offer has no variant 'bb'",
    ),
    (
        with_table(EXPERIMENT, 'when = "CASE WHEN claimed THEN variant_offer ELSE \'n\' END IN (\'n\', \'c\')"\n'),
        "when: the experiment offer has no variant 'c'; use one of a, b",
    ),
    (
        with_table(EXPERIMENT, 'when = "variant_offer = CASE WHEN claimed THEN \'a\' ELSE \'c\' END"\n'),
        "when: the experiment offer has no variant 'c'; use one of a, b",
    ),
    (
        with_table(EXPERIMENT, 'when = "variant_offer LIKE \'c\'"\n'),
        "when: the experiment offer has no variant 'c'; use one of a, b",
    ),
    (
        with_table(EXPERIMENT + OTHER, 'when = "COALESCE(variant_offer, variant_other) <> \'c\'"\n'),
        "when: the experiments offer and other have no variant 'c'; use one of a, b, x, y",
    ),
    (
        with_reward('keep_if = "claimed"'),
        "keep_if: the fact claimed is known at the conversion only, and keep_if is asked at the release; use it in a "
        "rule or in when",
    ),
    (with_reward('keep_if = "NOT friend_is_upline"'), "keep_if: the fact friend_is_upline is known at the conversion"),
    (
        with_reward('keep_if = "friend_first_conversion_days > 1"'),
        "keep_if: the fact friend_first_conversion_days is known at the conversion only",
    ),
    (
        with_reward('when = "NOT recipient_closed"'),
        "when: the fact recipient_closed is known at the release only; use it in keep_if",
    ),
    (
        with_table('[[rule]]\ncode = "x"\nrequire = "NOT recipient_closed"'),
        "require: the fact recipient_closed is known at the release only; use it in keep_if",
    ),
    (
        with_table('[attributes]\nproduct = "text"', 'when = "product > 5"\n'),
        "compares a text with a number; compare values of one kind",
    ),
    (with_reward('when = "prodct = \'x\'"'), 'when: no fact "prodct"'),
    (with_reward('when = "amount"'), 'when: a rule needs a condition'),
    (with_reward("when = 1"), "when: 1 is not text; write an SQL condition in quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), CASES, ids=[says[:60] for _, says in CASES])
def test_an_error_says_where_what_and_what_would_be_right(text: str, says: str) -> None:
    (problem,) = problems_of(text)
    assert says in problem
    assert problem.startswith("p.toml:")


def test_a_fact_that_there_is_not_points_to_the_attributes() -> None:
    (problem,) = problems_of(with_reward("when = \"zzz = 'x'\""))
    assert problem.endswith("an attribute of yours is declared under [attributes]")
