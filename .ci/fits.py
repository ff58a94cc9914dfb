"""Say at once, and why, where the notebooks cannot run: TensorFlow 2.21 has no build for every Python and machine."""

import platform
import sys

BUILDS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")}


def why_not(python, system, machine, libc):
    """The reason, or None. Left out are Intel Macs, Windows on Arm, and Linux with another C library than glibc."""
    if not (3, 11) <= python < (3, 14):
        return f"Python 3.11 to 3.13 is needed, this is {python[0]}.{python[1]}. Try: make PYTHON=python3.13"
    if (system, machine) not in BUILDS or (system == "Linux" and libc != "glibc"):
        return f"The notebooks need TensorFlow, which has no build for {system} on {machine}. poolkit works: make core"
    return None


if __name__ == "__main__":
    sys.exit(why_not(sys.version_info[:2], platform.system(), platform.machine(), platform.libc_ver()[0]))
