"""Writes or prints the mails."""

import argparse
import sys

from local.mail_templates import FOLDER, template_files

parser = argparse.ArgumentParser(prog="python -m local.mail_templates", description="The mails of Supabase Auth.")
parser.add_argument("--write", action="store_true", help="write the files of supabase/templates instead of printing")
write: bool = parser.parse_args().write
for name, html in template_files().items():
    if write:
        (FOLDER / name).write_text(html)
    else:
        sys.stdout.write(html)
