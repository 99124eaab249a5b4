"""The worker beside a server: ``python -m maturity.worker <the server's process>``."""

from __future__ import annotations

import os
import sys

from maturity.worker.family import end_with_parent


def main() -> None:
    """Work until told to stop, or until the server is killed, which may be so already."""
    end_with_parent()
    if os.getppid() != int(sys.argv[1]):
        return
    from maturity import logs
    from maturity.config import settings_from
    from maturity.worker.process import work

    settings = settings_from(os.environ)
    logs.configure(settings.log_level)
    work(settings)


if __name__ == "__main__":
    main()
