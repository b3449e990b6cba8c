"""What full coverage cannot say: whether a test would notice if a rule were another one.

The tests by example alone, for they are what somebody reads who wants to know the rule.
`docs/decisions/0082-mutating-the-rules.md` has the figures.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from tests.mutants.mutating import Mutant, mutants, rules
from tests.mutants.trial import survives

ASKED = 0.85

TESTS = {
    "mentoring": ["tests/mentoring/test_mentors.py", "tests/mentoring/test_dispatches.py"],
    "services": ["tests/bases/test_services.py", "tests/bases/test_bases.py"],
    "assessment": [
        "tests/assessment/test_assessments.py",
        "tests/assessment/test_certificates.py",
        "tests/assessment/test_expired_certificates.py",
        "tests/assessment/test_limits.py",
        "tests/assessment/test_marks_under_a_certificate.py",
        "tests/assessment/test_resits.py",
        "tests/assessment/test_self_assessments.py",
        "tests/assessment/test_standards.py",
    ],
}


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("capability", TESTS)
def test_the_tests_by_example_notice_that_a_rule_was_changed(
    capability: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tests, files = TESTS[capability], rules(capability)
    for file in files:
        unchanged = Mutant(file, 1, file.read_text(), "")
        assert survives(unchanged.module, file, unchanged.code, tests), f"{file} fails as it is"

    def tried(mutant: Mutant) -> tuple[Mutant, bool]:
        return mutant, survives(mutant.module, mutant.file, mutant.code, tests)

    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        trials = [*side_by_side.map(tried, chain.from_iterable(map(mutants, files)))]
    survivors = [mutant for mutant, survived in trials if survived]
    killed = len(trials) - len(survivors)
    figure = f"{capability}: {killed} of {len(trials)} mutants killed, {killed / len(trials):.1%}"
    told = "\n".join([figure, *(f"  survives: {one.file}:{one.line}: {one.change}" for one in survivors)])
    with capsys.disabled():
        print(f"\n{told}")
    assert killed >= ASKED * len(trials), told
