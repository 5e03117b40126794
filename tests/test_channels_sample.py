"""conf/channels.conf: the modem, and every commented example, is one the courier
takes."""
import base64
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
SAMPLE = ROOT / "conf/channels.conf"


def uncommented():
    """The sample with its examples made active and commas between them."""
    text = re.sub(r"^  #(?=\{|  )", "  ", SAMPLE.read_text(), flags=re.M)
    return text.replace("; }\n", "; },\n", text.count("; }\n") - 1)


def check(path):
    done = subprocess.run([BUILD / "hotline-courier", "--check", "-c", path],
                          capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def test_every_example_is_taken(tmp_path):
    text = uncommented()
    assert text.count(" kind = ") == 11
    secrets = re.findall(r'"(secrets/\w+\.secret)"', text)
    assert len(secrets) == 9
    (tmp_path / "secrets").mkdir()
    for name in secrets:
        secret = tmp_path / name
        key = "whsec_" + base64.b64encode(b"k" * 32).decode()
        secret.write_text(key + "\n")
        secret.chmod(0o600)
    (tmp_path / "secrets/push.secret").unlink()
    made = subprocess.run(
        [BUILD / "hotlinectl", "push", "key", tmp_path / "secrets/push.secret"],
        capture_output=True, text=True, check=True).stdout
    text = re.sub(r'public_key = "B\.\.\."', made.strip().rstrip(";"), text)
    assert check(with_a_modem(tmp_path, text)) == (0, "")


def with_a_modem(folder, text):
    for name in ("outgoing", "incoming"):
        (folder / name).mkdir()
        text = text.replace("/var/spool/sms/" + name, name)
    path = folder / "channels.conf"
    path.write_text(text)
    return path


def test_the_sample_alone_is_a_modem(tmp_path):
    path = with_a_modem(tmp_path, SAMPLE.read_text())
    assert check(path) == (0, "")
    (tmp_path / "outgoing").rmdir()
    code, said = check(path)
    assert code == 1 and "outgoing must be a folder" in said
