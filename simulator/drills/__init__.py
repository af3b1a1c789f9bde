"""Make drills: cases in which a customer asks for a reward, from the seeded log of a small world.

designs.py     the programs and worlds that cases are made from
client_log.py  what a client's systems and customers would send
mishaps.py     what goes wrong on the way: lost, spoiled and doubled messages, mistyped codes, merged accounts
practice.py    a small database of the platform, and the client's own records
naming.py      names of conversions, moments and people
facts.py       what is stored about one customer's question
causes.py      the cause behind a question, by the stored rows
explanation.py the cause and the conclusions, by `explain`
refuting.py    the fact that refutes an answer
proof.py       what would have paid, tried by judging an edited log
answers.py     the four questions with their answers
message.py     what the customer writes
looking.py     what an agent may look at
cases.py       a case, from all of these
check.py       thousands of cases, each with exactly one right answer
"""
