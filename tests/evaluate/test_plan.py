"""What a plan runs where nobody says more."""

import pytest

from unmask.evaluate.comparison.plan import BUDGETS, Plan, usual_metrics


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_budget_brings_its_attackers(budget: str) -> None:
    assert Plan(budget=budget).attackers == BUDGETS[budget]
    assert Plan(("naive",), budget=budget).attackers == ("naive",)


def test_the_usual_metrics_unless_others_are_named() -> None:
    assert Plan().metrics == usual_metrics()
    assert Plan(metrics=()).metrics == ()
    assert Plan(metrics=("ssim",)).metrics == ("ssim",)


def test_it_says_in_full_what_ran() -> None:
    assert Plan(budget="quick").as_dict()["attackers"] == BUDGETS["quick"]
    assert Plan(budget="quick") == Plan(BUDGETS["quick"], usual_metrics(), budget="quick")
    with pytest.raises(ValueError, match="budget must be one of quick, "):
        Plan(budget="fast")
