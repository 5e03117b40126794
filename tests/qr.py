"""What a phone reads from a QR code of ours, printed or drawn."""
import shutil
import subprocess

import pytest

needs_zbar = pytest.mark.skipif(shutil.which("zbarimg") is None,
                                reason="no zbarimg (package zbar-tools)")


def qr_read(rows, folder, scale=6):
    """The code of rows of modules (true is dark), drawn and read by zbarimg."""
    light = [False] * (len(rows[0]) + 8)
    rows = [light] * 4 + [[False] * 4 + row + [False] * 4
                          for row in rows] + [light] * 4
    data = b"".join(bytes(0 if dark else 255 for dark in row
                          for _ in range(scale)) * scale for row in rows)
    image = folder / "qr.pgm"
    image.write_bytes(b"P5 %d %d 255\n" % (len(light) * scale,
                                           len(rows) * scale) + data)
    return qr_of_image(image)


def qr_of_image(image):
    """What zbarimg reads from a picture."""
    read = subprocess.run(["zbarimg", "-q", "--raw", image], text=True,
                          capture_output=True)
    return read.stdout.strip()


def qr_text(printed, folder):
    """The code among the lines of printed."""
    lines = [line for line in printed.splitlines() if set(line) & set("▀▄█")]
    width = max(map(len, lines))
    rows = []
    for line in lines:
        line = line.ljust(width)
        rows += [[c in "▀█" for c in line], [c in "▄█" for c in line]]
    return qr_read(rows, folder)
