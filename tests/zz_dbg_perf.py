import tests.test_agreement as A
from hypothesis import given
import hypothesis.strategies as st
from tests.strategies import MOMENTS, patients, plans
@A.examples
@given(st.data(), st.sampled_from(MOMENTS), plans())
def test_it(data, at, plan):
    people = data.draw(patients(at))
    expected = {e.id: A.alone(plan, e, at) for e in people}
    got = A.everything(plan, people, at)
    for who in expected:
        for key in expected[who]:
            if expected[who][key] != got[who].get(key):
                i = int(key.split()[-1]) if key!="issues" else None
                raise AssertionError((who, key, expected[who][key], got[who].get(key), plan.numbers[i] if i is not None and "rule" not in key else (plan.rules[i] if i is not None else None)))
