from tests.support.lesson_fixtures import api, county

__all__ = ["api", "county"]
