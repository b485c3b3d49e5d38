"""The entry of every table, in the order in which a reader asks: pupils, lessons, recordings, staff, the server."""

from collections.abc import Mapping

from app.protection.holdings import About, Holding, Kept, Reader, Words

_NAME = Words("姓名", "name")
_SCHOOL_AND_ADMINS = (Reader.SCHOOL, Reader.ADMINS)
_MARKED = Words("出勤", "attendance")
_WHO_ENTERED = Words("登记人", "who entered it")

PUPILS: Mapping[str, Holding] = {
    "pupil": Holding(
        Words("学生", "Pupils"),
        About.PUPILS,
        Kept.UNTIL_ERASED,
        _SCHOOL_AND_ADMINS,
        {"name": _NAME, "number": Words("学号", "number")},
    ),
    "roster_entry": Holding(
        Words("学生在哪间教室", "Which classroom a pupil is in"),
        About.PUPILS,
        Kept.UNTIL_ERASED,
        _SCHOOL_AND_ADMINS,
        {"joined_at_ms": Words("何时进入", "since when")},
    ),
    "past_roster_entry": Holding(
        Words(
            "学生曾在哪间教室，撤回授权时用来找到录像", "Past classrooms, to find recordings again"
        ),
        About.PUPILS,
        Kept.UNTIL_ERASED,
        (Reader.ADMINS,),
        {"left_at_ms": Words("何时离开", "until when")},
    ),
    "pupil_consent": Holding(
        Words("录制和分享的授权", "Consent to recording and sharing"),
        About.PUPILS,
        Kept.UNTIL_ERASED,
        _SCHOOL_AND_ADMINS,
        {
            "purpose": Words("用途", "purpose"),
            "is_granted": Words("是否同意", "the answer"),
            "entered_by": _WHO_ENTERED,
        },
    ),
    "consent": Holding(
        Words("没有名单的教室的授权", "Consent of classrooms without a roster"),
        About.PUPILS,
        Kept.SITE,
        (Reader.ADMINS,),
        {"purpose": Words("用途", "purpose"), "entered_by": _WHO_ENTERED},
    ),
    "roll_call": Holding(
        Words("点名：到课人数", "Roll call: head count"),
        About.PUPILS,
        Kept.LESSON,
        (Reader.LESSON, Reader.SCHOOL, Reader.ADMINS),
    ),
    "roll_call_mark": Holding(
        Words("点名：每名学生", "Roll call: each pupil"),
        About.PUPILS,
        Kept.LESSON,
        _SCHOOL_AND_ADMINS,
        {"mark": _MARKED},
    ),
    "roll_call_correction": Holding(
        Words("点名的更正", "Corrections of roll calls"),
        About.PUPILS,
        Kept.LESSON,
        _SCHOOL_AND_ADMINS,
        {
            "before": _MARKED,
            "after": _MARKED,
            "reason": Words("更正的理由", "reason of a correction"),
        },
        free_text=("reason",),
    ),
}

LESSONS: Mapping[str, Holding] = {
    "term": Holding(
        Words("学期", "Terms"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("name", "first_day", "last_day", "time_zone"),
    ),
    "school_group": Holding(
        Words("结对的学校", "Groups of schools"),
        About.NOBODY,
        Kept.SITE,
        (Reader.ADMINS,),
        technical=("name",),
    ),
    "group_school": Holding(
        Words("哪所学校在哪个组", "Which school is in which group"),
        About.NOBODY,
        Kept.SITE,
        (Reader.ADMINS,),
        technical=("kind",),
    ),
    "holiday": Holding(
        Words("学校的放假日", "Days off of schools"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("day", "name"),
    ),
    "course": Holding(
        Words("学期课程", "Courses of a term"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        {"title": Words("课题", "title")},
        free_text=("title",),
        technical=("subject", "rule", "created_by"),
    ),
    "course_classroom": Holding(
        Words("哪间教室上哪门课程", "Which classroom is in which course"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
    ),
    "lesson": Holding(
        Words("课堂安排", "Planned lessons"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        {"title": Words("课题", "title")},
        free_text=("title",),
        technical=("subject", "created_by", "state", "end_reason", "cancelled_reason"),
    ),
    "seat": Holding(
        Words("哪间教室上哪节课", "Which classroom is in which lesson"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
    ),
    "lesson_staff": Holding(
        Words("助教和观课人", "Assistants and observers"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("role",),
    ),
    "journal": Holding(
        Words(
            "课堂经过：只有编号，没有姓名和文字",
            "What happened in a lesson: ids, no names, no texts",
        ),
        About.PUPILS,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("type", "data"),
    ),
    "lesson_lease": Holding(
        Words("哪个进程在记录", "Which process writes a journal"),
        About.NOBODY,
        Kept.SITE,
        (Reader.NOBODY,),
    ),
    "attendance": Holding(
        Words("教室和教师的出席", "Presence of classrooms and staff"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("role",),
    ),
    "attendance_span": Holding(
        Words("每一段在场", "Each stretch of presence"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=("ended_by",),
    ),
    "attendance_progress": Holding(
        Words("出席统计读到哪里", "How far presence was counted"),
        About.NOBODY,
        Kept.SITE,
        (Reader.NOBODY,),
    ),
    "ledger_entry": Holding(
        Words("台账：每间教室计划和实上的时间", "Ledger: planned and delivered time of classrooms"),
        About.NOBODY,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
    ),
    "lesson_sum": Holding(
        Words("台账按课堂的合计，不含姓名", "Sums of the ledger for each lesson, without names"),
        About.NOBODY,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
        technical=("subject",),
    ),
    "school_sum": Holding(
        Words(
            "台账按课堂和学校的合计，不含姓名",
            "Sums of the ledger for each lesson and school, without names",
        ),
        About.NOBODY,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
        technical=("subject",),
    ),
    "ledger_correction": Holding(
        Words("台账的更正", "Corrections of the ledger"),
        About.STAFF,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
        {"reason": Words("更正的理由", "reason of a correction")},
        free_text=("reason",),
        technical=("what", "before", "after"),
    ),
    "chat_line": Holding(
        Words("教师之间的留言", "What staff wrote to each other"),
        About.STAFF,
        Kept.CHAT,
        (Reader.LESSON,),
        {"text": Words("留言", "text")},
        free_text=("text",),
        technical=("audience",),
    ),
    "deck": Holding(
        Words("课件", "Slides"),
        About.STAFF,
        Kept.SLIDES,
        (Reader.LESSON, Reader.ADMINS),
        {"name": Words("文件名", "file name"), "uploaded_by": Words("上传人", "who brought it")},
        free_text=("name",),
        technical=("format", "state", "failure", "sha256"),
    ),
    "deck_page": Holding(
        Words("课件的页", "Pages of slides"),
        About.NOBODY,
        Kept.SLIDES,
        (Reader.LESSON, Reader.ADMINS),
        technical=("renditions",),
    ),
    "data_used": Holding(
        Words("一节课用了多少流量", "Data used in a lesson"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
    ),
    "link_test": Holding(
        Words("教室网络测试", "Link tests of classrooms"),
        About.NOBODY,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
        technical=("path",),
    ),
}

_WATCHERS = (Reader.LESSON, Reader.ADMINS, Reader.LIBRARY, Reader.LINK)

RECORDINGS: Mapping[str, Holding] = {
    "recording": Holding(
        Words("课堂录像", "Recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        _WATCHERS,
        technical=("state", "failure", "manifest"),
    ),
    "recording_track": Holding(
        Words("录像的画面和声音", "Picture and sound of recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        _WATCHERS,
        technical=("source", "codec", "mime", "object_key", "sha256", "aligned_by"),
    ),
    "recording_captions": Holding(
        Words("录像的字幕", "Captions of recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        _WATCHERS,
        {"cues": Words("说的话", "what is said"), "changed_by": Words("谁写的", "who wrote it")},
        free_text=("cues",),
    ),
    "recording_thumbnails": Holding(
        Words("录像的缩略图", "Thumbnails of recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        (Reader.LESSON, Reader.ADMINS),
        technical=("sheets",),
    ),
    "film": Holding(
        Words("做成的影片", "Films made of recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        _WATCHERS,
        technical=("purpose", "seats", "files"),
    ),
    "library_entry": Holding(
        Words("录像库里发布了哪些", "What is published in the library"),
        About.STAFF,
        Kept.RECORDINGS,
        (Reader.LIBRARY,),
        technical=("published_by",),
    ),
    "share_link": Holding(
        Words("分享链接", "Share links"),
        About.STAFF,
        Kept.SITE,
        (Reader.LESSON, Reader.ADMINS),
        technical=(
            "token_sha256",
            "passphrase_hash",
            "created_by",
            "revoked_because",
            "clip_state",
        ),
    ),
    "clip_track": Holding(
        Words("分享的片段", "Clips behind share links"),
        About.PUPILS,
        Kept.RECORDINGS,
        (Reader.LINK,),
        technical=("source", "codec", "mime", "object_key", "sha256"),
    ),
    "watch_progress": Holding(
        Words("谁看了多少回看", "Who watched how much of a replay"),
        About.STAFF,
        Kept.RECORDINGS,
        (Reader.ONESELF, Reader.LESSON, Reader.ADMINS),
        {"seconds": Words("看过的秒", "the seconds that were watched")},
    ),
    "deletion": Holding(
        Words("删除了什么", "What was deleted"),
        About.STAFF,
        Kept.SITE,
        (Reader.ADMINS,),
        technical=("reason", "object_keys"),
    ),
}

STAFF: Mapping[str, Holding] = {
    "user_account": Holding(
        Words("账号", "Accounts"),
        About.STAFF,
        Kept.ACCOUNT,
        (Reader.ONESELF, Reader.ADMINS, Reader.LESSON),
        {"name": _NAME, "name_en": _NAME},
        technical=("password_hash",),
    ),
    "login": Holding(
        Words("登录名", "Logins"),
        About.STAFF,
        Kept.ACCOUNT,
        (Reader.ONESELF, Reader.ADMINS),
        {"login": Words("工号、手机号或邮箱", "staff number, phone or e-mail")},
    ),
    "role_grant": Holding(
        Words("身份", "Roles"),
        About.STAFF,
        Kept.ACCOUNT,
        (Reader.ONESELF, Reader.ADMINS),
        technical=("role",),
    ),
    "session": Holding(
        Words("在哪里登录", "Where somebody is signed in"),
        About.STAFF,
        Kept.SHORT,
        (Reader.ONESELF,),
        {"agent": Words("浏览器", "browser")},
        technical=("token_sha256", "kind"),
    ),
    "second_factor": Holding(
        Words("登录的第二步", "Second step at sign-in"),
        About.STAFF,
        Kept.ACCOUNT,
        (Reader.NOBODY,),
        technical=("secret",),
    ),
    "invitation": Holding(
        Words("一次性的设置密码链接", "One-time links to choose a password"),
        About.STAFF,
        Kept.ACCOUNT,
        (Reader.NOBODY,),
        technical=("token_sha256", "created_by"),
    ),
    "guest_link": Holding(
        Words("客座教师的一次性链接", "One-time links of guest teachers"),
        About.STAFF,
        Kept.SITE,
        (Reader.NOBODY,),
        technical=("token_sha256", "created_by"),
    ),
    "access_log": Holding(
        Words("谁看过课堂、录像和名单", "Who looked at lessons, recordings and rolls"),
        About.STAFF,
        Kept.ACCESS_LOG,
        (Reader.ADMINS,),
        {"action": Words("做了什么", "what was done")},
    ),
    "audit_log": Holding(
        Words("管理员改了什么", "What admins changed"),
        About.STAFF,
        Kept.AUDIT_LOG,
        (Reader.ADMINS,),
        {"action": Words("改了什么", "what was changed")},
        technical=("details",),
    ),
}

_SECRET_OF_A_DOOR = (Reader.NOBODY,)

SERVER: Mapping[str, Holding] = {
    "county": Holding(
        Words("县", "Counties"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON,),
        technical=("name", "name_en"),
    ),
    "school": Holding(
        Words("学校", "Schools"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON,),
        technical=("name", "name_en"),
    ),
    "classroom": Holding(
        Words("教室", "Classrooms"),
        About.NOBODY,
        Kept.SITE,
        (Reader.LESSON,),
        technical=("name", "name_en"),
    ),
    "classroom_pc": Holding(
        Words("教室电脑", "PCs of classrooms"),
        About.NOBODY,
        Kept.SITE,
        _SCHOOL_AND_ADMINS,
        technical=(
            "secret_sha256",
            "previous_sha256",
            "browser",
            "paired_by",
            "revoked_by",
            "camera",
            "microphone",
        ),
    ),
    "pairing_code": Holding(
        Words("配对码", "Pairing codes"),
        About.NOBODY,
        Kept.SHORT,
        _SECRET_OF_A_DOOR,
        technical=("code_hmac", "kind", "created_by"),
    ),
    "console_code": Holding(
        Words("手机控制台的配对码", "Codes for phone consoles"),
        About.NOBODY,
        Kept.SHORT,
        _SECRET_OF_A_DOOR,
        technical=("code_hmac",),
    ),
    "ticket_revocation": Holding(
        Words("作废的入场凭证", "Tickets that no longer count"),
        About.NOBODY,
        Kept.SITE,
        _SECRET_OF_A_DOOR,
    ),
    "job": Holding(
        Words("后台任务", "Background jobs"),
        About.NOBODY,
        Kept.SITE,
        (Reader.ADMINS,),
        technical=("kind", "queue", "subject_id", "state", "locked_by", "failure", "detail"),
    ),
    "site_setting": Holding(
        Words("系统密钥", "Secrets of the installation"),
        About.NOBODY,
        Kept.SITE,
        _SECRET_OF_A_DOOR,
        technical=("key", "value"),
    ),
}

TABLES: Mapping[str, Holding] = {**PUPILS, **LESSONS, **RECORDINGS, **STAFF, **SERVER}

FILES: Mapping[str, Holding] = {
    "segments/": Holding(
        Words("正在录的片段，课后合成录像", "Segments while a lesson is recorded"),
        About.PUPILS,
        Kept.CLASSROOM_TRACKS,
        (Reader.NOBODY,),
    ),
    "recordings/": Holding(
        Words("录像的画面、声音和缩略图", "Picture, sound and thumbnails of recordings"),
        About.PUPILS,
        Kept.RECORDINGS,
        _WATCHERS,
    ),
    "films/": Holding(Words("做成的影片", "Films"), About.PUPILS, Kept.RECORDINGS, _WATCHERS),
    "clips/": Holding(
        Words("分享的片段", "Clips behind share links"),
        About.PUPILS,
        Kept.RECORDINGS,
        (Reader.LINK,),
    ),
    "slides/": Holding(
        Words("课件和它的页", "Slides and their pages"),
        About.STAFF,
        Kept.SLIDES,
        (Reader.LESSON, Reader.ADMINS),
    ),
    "backups": Holding(
        Words("备份文件：备份那一刻的全部数据", "Backups: everything, as it was at that moment"),
        About.PUPILS,
        Kept.BACKUP,
        (Reader.ADMINS,),
    ),
}
