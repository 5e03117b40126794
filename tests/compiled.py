"""Small C programs and libraries of the storms, compiled when needed."""
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["-O2", "-g", "-Wall", "-Wextra", "-Werror", "-std=gnu17"]


def flags_of(*packages):
    done = subprocess.run(["pkg-config", "--cflags", "--libs", *packages],
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("STORM NOT RUN: " + done.stderr.strip())
    return done.stdout.split()


def program(source, to, packages=()):
    subprocess.run(["cc", *FLAGS, HERE / source, "-o", to,
                    *(flags_of(*packages) if packages else ()), "-lpthread"],
                   check=True)
    return to


def library(source, to):
    """One to preload."""
    subprocess.run(["cc", *FLAGS, "-shared", "-fPIC", HERE / source, "-o", to,
                    "-ldl"], check=True)
    return to


def need(*commands):
    for command in commands:
        if shutil.which(command) is None:
            pytest.skip(f"STORM NOT RUN: {command} is missing")
