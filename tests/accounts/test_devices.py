import pytest

from service_app.accounts.devices import device_name

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


@pytest.mark.parametrize(
    ("said", "name"),
    [(FIREFOX, "Firefox, Windows"), (EDGE, "Edge, Mac"), (IPHONE, "Safari, iPhone"), ("curl/8", "curl/8"), (None, "")],
)
def test_a_browser_is_named_as_a_person_knows_it(said, name):
    assert device_name(said) == name
