"""How a command that needs the whole hub gets it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.cli.console import fail, guarded, run
from hub.opening import Hub, open_hub, read_model
from hub.settings import load_settings

Result = TypeVar("Result")


def with_hub(work: Callable[[Hub], Awaitable[Result]]) -> Result:
    """What ``work`` gives on an opened hub, or the end of the command with the error it raised."""
    settings = guarded(load_settings)

    async def opened() -> Result:
        async with open_hub(settings) as hub:
            return await work(hub)

    return run(opened())


def check_register(register: str | None) -> None:
    """End the command unless there is such a register, or none was named."""
    if register and register not in guarded(lambda: read_model(load_settings())).registers:
        fail(f"There is no register named {register}.", "`hub registers` lists the registers.")
