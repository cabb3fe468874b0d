"""Two long computations by turns in one process, so that both meet the same moods of the machine."""

import threading
import time


class Turns:
    """Lets threads run one at a time and change over every `seconds` of their own time.

    Each computation calls `pause` between its iterations and reads its own clock from `spent`.
    """

    def __init__(self, names, seconds=4.0):
        self._order = list(names)
        self._seconds = seconds
        self._turn = threading.Condition()
        self._current = self._order[0]
        self._since = None
        self.spent = dict.fromkeys(names, 0.0)

    def run(self, computations):
        """Run callables by name until all are done."""
        threads = [threading.Thread(target=self._run, args=item) for item in computations.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run(self, name, computation):
        self._wait(name)
        try:
            computation()
        finally:
            self._stop(name)
            with self._turn:
                self._hand_over(name)
                self._order.remove(name)
                self._turn.notify_all()

    def pause(self, name):
        """Count the time since the last call, and let the other go on when the turn is over."""
        started = self._since
        self._stop(name)
        if time.perf_counter() - self._began >= self._seconds and len(self._order) > 1 and started is not None:
            with self._turn:
                self._hand_over(name)
                self._turn.notify_all()
            self._wait(name)
        else:
            self._since = time.perf_counter()

    def stop_clock(self, name):
        """Do not count what follows, until the next `pause`."""
        self._stop(name)

    def _wait(self, name):
        with self._turn:
            self._turn.wait_for(lambda: self._current == name)
        self._began = self._since = time.perf_counter()

    def _stop(self, name):
        if self._since is not None:
            self.spent[name] += time.perf_counter() - self._since
            self._since = None

    def _hand_over(self, name):
        position = self._order.index(name)
        self._current = self._order[(position + 1) % len(self._order)]
