"""What a phone reads from a QR code that hotlinectl printed as text."""
import shutil
import subprocess

import pytest

needs_zbar = pytest.mark.skipif(shutil.which("zbarimg") is None,
                                reason="no zbarimg (package zbar-tools)")


def qr_text(printed, folder, scale=6):
    """The code among the lines of printed, drawn and read by zbarimg."""
    lines = [line for line in printed.splitlines() if set(line) & set("▀▄█")]
    blank = [" " * max(map(len, lines))] * 4
    rows = []
    for line in blank + lines + blank:
        line = "    " + line.ljust(len(blank[0])) + "    "
        rows += [[c in "▀█" for c in line], [c in "▄█" for c in line]]
    data = b"".join(bytes(0 if dark else 255 for dark in row
                          for _ in range(scale)) * scale for row in rows)
    image = folder / "qr.pgm"
    image.write_bytes(b"P5 %d %d 255\n" % (len(rows[0]) * scale,
                                           len(rows) * scale) + data)
    read = subprocess.run(["zbarimg", "-q", "--raw", image], text=True,
                          capture_output=True)
    return read.stdout.strip()
