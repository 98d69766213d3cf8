"""The form of OpenAI's Responses API: its requests read as those of Chat Completions, its replies and events written."""

from typing import Any

KNOWN = {
    "model", "input", "instructions", "store", "max_output_tokens", "text", "stream", "prompt_cache_key", "temperature",
    "reasoning", "include", "metadata",
}  # fmt: skip


def as_chat(body: dict[str, Any]) -> dict[str, Any]:
    """The same request for Chat Completions. Raises AssertionError for a field that the API does not know."""
    assert not (unknown := set(body) - KNOWN), unknown
    messages = [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []
    chat = body | {"messages": messages + body["input"]}
    wanted = (body.get("text") or {}).get("format") or {}
    if wanted.get("type") == "json_schema":
        schema = {k: v for k, v in wanted.items() if k != "type"}
        chat["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif wanted:
        chat["response_format"] = wanted
    if "max_output_tokens" in body:
        chat["max_completion_tokens"] = body["max_output_tokens"]
    return chat


def response(
    body: dict[str, Any], text: str, finish: str, usage: dict[str, Any] | None, refusal: str = ""
) -> dict[str, Any]:
    part = (
        {"type": "refusal", "refusal": refusal} if refusal else {"type": "output_text", "text": text, "annotations": []}
    )
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(finish)
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": cut} if cut else None,
        "error": None,
        "model": body.get("model"),
        "output": [thought, {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}],
        "usage": usage
        and {
            "input_tokens": usage["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": usage["prompt_tokens_details"]["cached_tokens"]},
            "output_tokens": usage["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage["total_tokens"],
        },
    }


def events(
    body: dict[str, Any], pieces: list[str], finish: str, usage: dict[str, Any] | None, refusal: str = ""
) -> list[dict[str, Any]]:
    """Of a stream, in their order."""
    begun = response(body, "", "stop", None) | {"status": "in_progress", "output": []}
    whole = response(body, "".join(pieces), finish, usage, refusal)
    at = {"item_id": "msg_1", "output_index": 1, "content_index": 0}
    kind = "refusal" if refusal else "output_text"
    found = [{"type": "response.created", "response": begun}, {"type": "response.in_progress", "response": begun}]
    found += [{"type": f"response.{kind}.delta", "delta": piece, **at} for piece in ([refusal] if refusal else pieces)]
    done = {"refusal": refusal} if refusal else {"text": "".join(pieces)}
    found.append({"type": f"response.{kind}.done", **at, **done})
    found.append({"type": f"response.{whole['status']}", "response": whole})
    return [event | {"sequence_number": number} for number, event in enumerate(found)]
