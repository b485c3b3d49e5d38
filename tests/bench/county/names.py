"""Names as they are in a Chinese county. Each is a function of a number, so the same number has the same name."""

from typing import Literal

Kind = Literal["city", "town", "village"]

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈"
_GIVEN_FIRST = "子梓雨思佳欣诗浩宇俊文志建国明晓海春秋冬雪玉秀美丽小天家嘉一若紫心可依语"
_GIVEN_SECOND = "涵轩桐琪怡然航杰博强华平军红梅兰芳英霞敏静婷洁颖慧琳瑶萱妍宁晨阳辉鹏飞龙超勇刚"
_PLACES_FIRST = "石柳青白金银龙凤云清长大小上下东西南北新古红黄竹松梅桃梨枫杨"
_PLACES_SECOND = "桥湾坪溪河沟岭坝塘店庄滩峪洼畈冲垭坡泉井"
_GRADES = "一二三四五六"
_NUMERALS = "零一二三四五六七八九"
SUBJECTS = ("音乐", "美术", "英语", "科学", "语文", "数学", "道德与法治", "书法", "信息科技", "体育与健康")  # fmt: skip
COUNTY = "云溪县"


def person(number: int) -> str:
    """Two or three characters; the first 80,000 are seldom the same twice, as in life."""
    # Steps without a common divisor, so that neighbours differ in all three.
    surname = _SURNAMES[number * 7 % len(_SURNAMES)]
    first = _GIVEN_FIRST[number * 11 % len(_GIVEN_FIRST)]
    second = _GIVEN_SECOND[number // 3 % len(_GIVEN_SECOND)]
    return surname + second if number % 6 == 0 else surname + first + second


def school(number: int, kind: Kind) -> str:
    """Unique for the first 500."""
    if kind == "city":
        return f"{COUNTY}第{_spoken(number + 1)}小学"
    place = (
        _PLACES_FIRST[number % len(_PLACES_FIRST)]
        + _PLACES_SECOND[number // len(_PLACES_FIRST) % len(_PLACES_SECOND)]
    )
    return f"{place}镇中心小学" if kind == "town" else f"{place}村小学"


def classroom(number: int) -> str:
    """Of the `number`th classroom of a school: grades one to six, then the second class of each."""
    grade, parallel = _GRADES[number % len(_GRADES)], number // len(_GRADES)
    return f"{grade}年级{_spoken(parallel + 1)}班"


def course(number: int) -> tuple[str, str]:
    """Title and subject."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return f"{_GRADES[number // len(SUBJECTS) % len(_GRADES)]}年级{subject}", subject


def _spoken(number: int) -> str:
    """1..999 as Chinese numerals."""
    if number < 10:
        return _NUMERALS[number]
    if number < 20:
        return "十" + (_NUMERALS[number % 10] if number % 10 else "")
    if number < 100:
        return _NUMERALS[number // 10] + "十" + (_NUMERALS[number % 10] if number % 10 else "")
    rest = number % 100
    head = _NUMERALS[number // 100] + "百"
    if not rest:
        return head
    return head + ("零" if rest < 10 else "一" if rest < 20 else "") + _spoken(rest)
