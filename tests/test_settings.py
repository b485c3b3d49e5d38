"""Settings: each is read as people write it, and what cannot be is refused by its name."""

import pytest

from app.settings import Settings, SettingsUnusable, read_settings


@pytest.mark.parametrize(
    "written",
    ["192.0.2.1, 2001:db8::1", '["192.0.2.1", "2001:db8::1"]', " 192.0.2.1,2001:DB8:0::1 "],
)
def test_a_list_is_read_with_commas_and_as_json(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("TONGTANG_PUBLIC_IPS", written)
    assert read_settings().public_ips == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "HTTP_PORT",
            "abc",
            "TONGTANG_HTTP_PORT=abc cannot be used: input should be a valid integer",
        ),
        (
            "MEDIA_PORT",
            "70000",
            "TONGTANG_MEDIA_PORT=70000 cannot be used: input should be less than",
        ),
        ("MEDIA_WORKERS", "many", "TONGTANG_MEDIA_WORKERS=many cannot be used: "),
        (
            "PUBLIC_IPS",
            "media.example.org",
            "'media.example.org' does not appear to be an IPv4 or IPv6",
        ),
        ("TURN_URLS", '["turn:a"', 'write it as a, b or as ["a", "b"]'),
        ("TURN_URLS", "turn:relay.example", "TONGTANG_TURN_URLS needs TONGTANG_TURN_SECRET."),
        ("STORAGE_URL", "/var/lessons", "it must begin with s3:// or file://"),
        ("DATABASE_URL", "mysql://localhost/x", "it must begin with postgresql:// or sqlite:///"),
        ("LOG_LEVEL", "loud", "input should be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_what_cannot_be_is_one_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"TONGTANG_{name}", value)
    with pytest.raises(SettingsUnusable) as refused:
        read_settings()
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(f"TONGTANG_{name}")
    assert "\n" not in str(refused.value)


def test_every_wrong_setting_is_told_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGTANG_HTTP_PORT", "0")
    monkeypatch.setenv("TONGTANG_DATABASE_URL", "mysql://tongtang:plum-river-42@localhost/x")
    with pytest.raises(SettingsUnusable) as refused:
        read_settings()
    told = str(refused.value).splitlines()
    assert [line.partition(" ")[0] for line in told] == [
        "TONGTANG_DATABASE_URL",
        "TONGTANG_HTTP_PORT=0",
    ]
    assert "plum-river-42" not in str(refused.value)


def test_without_any_setting_a_whole_lesson_runs_on_one_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TONGTANG_{name.upper()}", raising=False)
    settings = read_settings()
    assert settings.resolved_database_url.startswith("sqlite+aiosqlite:///")
    assert settings.storage_url == ""
    assert (settings.http_port, settings.media_port, settings.media_workers) == (8080, 8190, 1)
