"""Bounds on what a stranger's file may cost."""

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_DECKS = 20
"""Of one lesson."""
MAX_LESSON_BYTES = 300 * 1024 * 1024
"""All uploaded files of one lesson."""
MAX_PAGES = 200
"""Of one deck; the wire contract has the same bound."""
MAX_NAME_CHARS = 120
MAX_PICTURE_PIXELS = 60_000_000

SHARP_BOX = (1920, 1440)
"""Pixels that a page fits into: what a projector shows."""
THUMB_BOX = (240, 180)
LIGHT_OVER_BYTES = 150_000
"""A sharp page over this has a light rendering, which a weak link shows first."""
LIGHT_BYTES = 50_000
"""What the light rendering should come down to: a second and a bit at 360 kbit/s."""

RENDER_MEMORY_BYTES = 1024 * 1024 * 1024
RENDER_CPU_S = 300
RENDER_TOTAL_S = 600.0
RENDER_PAGE_S = 45.0
"""Wall clock from one page to the next."""
OFFICE_CPU_S = 180
OFFICE_MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""Of address space, most of which LibreOffice never touches."""
OFFICE_TOTAL_S = 240.0
