"""What a store or a disk will not do now, as a reason to do the job later."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from app.jobs.port import TryLater
from app.storage.port import StoreFailed, StoreFull, StoreRefused

UNREACHABLE, REFUSED, FULL = "store_unreachable", "store_refused", "disk_full"


@contextmanager
def store_failures() -> Iterator[None]:
    """Raises TryLater for what passes when somebody has plugged in a cable, mended a key or made room."""
    try:
        yield
    except StoreFull as error:
        raise TryLater(FULL, str(error)) from error
    except StoreRefused as error:
        raise TryLater(REFUSED, str(error)) from error
    except StoreFailed as error:
        raise TryLater(UNREACHABLE, str(error)) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise TryLater(FULL, str(error)) from error
