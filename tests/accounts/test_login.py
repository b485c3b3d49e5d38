import pytest

from app.accounts.login import normalise_login


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Teacher1@Example.org ", "teacher1@example.org"),
        ("ｔｅａｃｈｅｒ１＠example.org", "teacher1@example.org"),
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("T-0042", "t-0042"),
        ("2386001", "2386001"),
    ],
)
def test_every_spelling_of_a_login_is_stored_as_one(written: str, stored: str) -> None:
    assert normalise_login(written) == stored
