"""`cds serve`."""

import argparse
from pathlib import Path

from cds.diagnostics import MissingExtra


def serve(given: argparse.Namespace) -> int:
    """Serve rulesets over HTTP until told to stop; 0 then."""
    try:
        from cds.server.process import Options, serve  # noqa: PLC0415
        from cds.server.settings import read_settings  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(f"serving needs the package {missing.name}: pip install 'cds-engine[server]'") from missing
    options = Options(
        rules=tuple(given.rules),
        concepts=tuple(given.concepts),
        host=given.host,
        port=given.port,
        workers=given.workers,
        state=Path(given.state) if given.state else None,
        store=Path(given.store) if given.store else None,
        key=given.key,
        language=given.lang,
        allow_draft=given.draft,
        settings=read_settings(Path(given.settings) if given.settings else None),
    )
    serve(options)
    return 0
