"""How server and zygote say no: an error as a JSON object, and back."""

from __future__ import annotations

from typing import Any

from geniejars.errors import JarbuildError, MachineError

Reply = dict[str, Any]


def refused(error: JarbuildError) -> Reply:
    return {"ok": False, "code": error.code, "message": error.message, "help": error.help}


def accepted(reply: Reply) -> Reply:
    """The reply itself; raises the MachineError it stands for where it is a refusal."""
    if reply["ok"]:
        return reply
    refusal = MachineError(reply["message"], help=reply.get("help"))
    refusal.code = reply["code"]
    raise refusal
