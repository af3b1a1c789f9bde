"""Run a program in a terminal of its own, as a person would: keys go in, and its drawings come out, with times."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path

WAIT_S = 30.0


class Terminal:
    """Runs a command on a pseudo-terminal of a size, and reads what it draws all the while."""

    def __init__(self, command: Sequence[str], width: int = 120, height: int = 40) -> None:
        self.began = time.monotonic()
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
        )
        os.close(theirs)
        self._pipe = ours
        self._drawn = b""
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def press(self, key: str, answer: str, wait_s: float = WAIT_S) -> float | None:
        """Press a key; return the seconds until `answer` is drawn, None if that didn't happen."""
        with self._news:
            self._drawn = b""
        began = time.monotonic()
        os.write(self._pipe, key.encode())
        return self.until(answer, began, wait_s)

    def until(self, answer: str, began: float | None = None, wait_s: float = WAIT_S) -> float | None:
        """Return the seconds from `began` (None: from the start) until `answer` is drawn; None if not in time."""
        began = self.began if began is None else began
        wanted = answer.encode()
        with self._news:
            while wanted not in self._drawn:
                if not self._news.wait(max(0.0, began + wait_s - time.monotonic())):
                    return None
            return time.monotonic() - began

    def cpu_s(self) -> float:
        """Return the CPU seconds that the process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the resident memory of the process, in megabytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self) -> None:
        """End the program."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._pipe)

    def _read(self) -> None:
        while True:
            try:
                select.select([self._pipe], [], [])
                data = os.read(self._pipe, 65536)
            except OSError:
                return
            with self._news:
                self._drawn = (self._drawn + data)[-1_000_000:]
                self._news.notify_all()
