"""Serve by several processes on one socket: start them, replace those that die or hang, have all leave together.

Takes settings; serves until told to stop. The process that supervises answers nothing itself: it brings the database up
to date before the first of the others opens it, keeps the embedded PostgreSQL running for them all, and passes on what
it is told. Each of the others has pools, plans and a chain of the access log of its own, and ends with the supervisor.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from socket import socket
from threading import Thread

from hub import telemetry
from hub.errors import HubError, InvalidSetting
from hub.listening import address_of, check_tls, open_listener
from hub.opening import open_hub
from hub.serve import create_app, run_server
from hub.settings import Settings
from hub.store.embedded import MOST_CONNECTIONS
from hub.store.pool import PLANNED_ONCE, server_urls

BEATS = 4
"""How often a process says within ``HUB_WORKER_TIMEOUT`` that it is well; it is given up when none of them came."""
RESTART_SECONDS = 1.0
"""How long a process is not started again that ended before it ever served."""
CLOSING_SECONDS = 30.0
SPARE_CONNECTIONS = 4
"""What a process needs besides its pools: for its log, the changes it tells of, exports, and following the catalog."""
_context = multiprocessing.get_context("spawn")
_log = logging.getLogger("hub.workers")


def run_workers(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until told to stop; call ``announce`` with the address once all answer. Raises what keeps it from that."""
    _check_connections(settings)
    check_tls(settings)
    telemetry.start_logging(settings.log_level)
    with open_listener(settings) as listener:
        asyncio.run(_supervise(settings, listener, announce))


def _check_connections(settings: Settings) -> None:
    """Raise where the embedded PostgreSQL has fewer connections than the processes may ask for."""
    needed = settings.workers * (settings.pool_size + PLANNED_ONCE + SPARE_CONNECTIONS)
    if settings.database_url is None and needed > MOST_CONNECTIONS:
        problem = f"with HUB_POOL_SIZE they need {needed} connections, and the embedded server has {MOST_CONNECTIONS}"
        raise InvalidSetting(name="HUB_WORKERS", problem=problem)


async def _supervise(settings: Settings, listener: socket, announce: Callable[[str], None]) -> None:
    address = address_of(listener, settings)
    async with server_urls(settings):
        async with open_hub(settings):
            pass  # migrations, keys and the first catalog: once, and what keeps them from being made is raised here
        await Supervisor(settings, listener, lambda: announce(address)).run()


class Supervisor:
    """The processes that serve, of which each has a place that is never empty for long."""

    def __init__(self, settings: Settings, listener: socket, announce: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._announce = announce
        self._workers: dict[int, Worker] = {}
        self._is_stopping = asyncio.Event()

    async def run(self) -> None:
        """Keep every place taken until told to stop, then wait for all to leave."""
        for sig in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sig, self._pass_on, sig)
        places = [asyncio.create_task(self._keep(place)) for place in range(self._settings.workers)]
        await self._is_stopping.wait()
        longest = self._settings.drain_notice + self._settings.drain_timeout + CLOSING_SECONDS
        await asyncio.wait(places, timeout=longest)
        for worker in self._workers.values():
            worker.kill()
        await asyncio.gather(*places)

    async def _keep(self, place: int) -> None:
        """Have a process serve at one place, and another where it ends without being told to."""
        while not self._is_stopping.is_set():
            worker = self._workers[place] = Worker(self._settings, self._listener)
            if await worker.serves():
                self._tell_once()
                await worker.ended(self._is_stopping)
            del self._workers[place]
            if not self._is_stopping.is_set():
                _log.warning("a serving process has ended and is started again")
                await self._pause(0.0 if worker.has_served else RESTART_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_stopping.wait()

    def _tell_once(self) -> None:
        """Say the address when the last of the first processes answers."""
        if len(self._workers) == self._settings.workers and all(one.has_served for one in self._workers.values()):
            self._announce()
            self._announce = _say_nothing

    def _pass_on(self, sig: signal.Signals) -> None:
        """Have every process do what this one is told; nothing is left in front of a door that nobody opens."""
        self._is_stopping.set()
        self._listener.close()
        for worker in self._workers.values():
            worker.tell(sig)


class Worker:
    """A process that serves on ``listener``, as the one that started it sees it."""

    def __init__(self, settings: Settings, listener: socket) -> None:
        self.has_served = False
        self._beat = settings.worker_timeout / BEATS
        self._heard, tell = _context.Pipe(duplex=False)
        self._process = _context.Process(target=_serve, args=(settings, listener, tell))
        self._process.start()
        tell.close()

    async def serves(self) -> bool:
        """Wait until it answers requests; False where it ends before."""
        self.has_served = await self._says_something()
        return self.has_served

    async def ended(self, stopping: asyncio.Event) -> None:
        """Wait until it is no more; where it says nothing for too long and is not stopping, end it."""
        missed = 0
        while missed < BEATS:
            try:
                async with asyncio.timeout(self._beat):
                    if not await self._says_something():
                        return
                missed = 0
            except TimeoutError:
                missed = 0 if stopping.is_set() else missed + 1
        _log.warning("a serving process does not answer any more and is killed")
        self.kill()
        while await self._says_something():
            pass

    async def _says_something(self) -> bool:
        """Wait for its next word; False where it has ended, for then its end of the pipe is closed."""
        loop, heard = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._heard.fileno(), heard.set)
        try:
            await heard.wait()
        finally:
            loop.remove_reader(self._heard.fileno())
        try:
            self._heard.recv_bytes()
        except EOFError:
            self._process.join()
            self._heard.close()
            return False
        return True

    def tell(self, sig: signal.Signals) -> None:
        """Tell it what this process was told."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, sig)

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()


class Pulse:
    """Has a process say, once it answers and from then on, that its event loop turns."""

    def __init__(self, tell: Connection, seconds: float) -> None:
        os.set_blocking(tell.fileno(), False)
        self._tell = tell
        self._seconds = seconds
        self._beating: asyncio.Task[None] | None = None

    def begin(self, address: str) -> None:
        """Say it the first time; the loop that calls says it again until it ends."""
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            with suppress(BlockingIOError):  # nobody has listened for long
                self._tell.send_bytes(b"well")
            await asyncio.sleep(self._seconds)


def _say_nothing() -> None:
    """Announce nothing."""


def _serve(settings: Settings, listener: socket, tell: Connection) -> None:
    """Be a process that serves: out of reach of the keyboard, which speaks to the supervisor alone."""
    os.setpgrp()
    Thread(target=_leave_with_parent, daemon=True).start()
    try:
        run_server(create_app(settings), settings, Pulse(tell, settings.worker_timeout / BEATS).begin, listener)
    except HubError as error:
        _log.error("%s %s", error.message, error.hint)
        sys.exit(1)


def _leave_with_parent() -> None:
    """Leave in order when the supervisor is no more, however it ended."""
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
