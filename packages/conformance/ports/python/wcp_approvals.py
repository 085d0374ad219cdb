"""Approvals by several stewards (section 5.15)."""

from wcp_json import Json


def count_approvals(value: Json) -> Json:
    """Count an approval among those of a hold (5.15, several stewards)."""
    by, history, stewards = value["by"], value["history"], set(value["stewards"])
    quorum = max([1] + [demand.get("quorum", 1) for demand in value["demands"]])
    named = stewards - set(value["requested_by"])
    for demand in value["demands"]:
        named &= set(demand.get("stewards", named))
    raised = max([0] + [place + 1 for place, step in enumerate(history) if step["action"] == "escalate"])
    given = {step["by"]: step.get("result_hash") for step in history[raised:]
             if step["action"] == "approve" and step["by"] in named}
    enough = len({*given, by}) >= quorum
    reasons = {"FORBIDDEN": by not in stewards, "APPROVAL_SELF": by in value["requested_by"],
               "APPROVAL_RESOLVED": any(step["action"] in ("deny", "expire", "withdraw") for step in history)}
    late = {"FORBIDDEN": by not in named, "APPROVAL_COUNTED": by in given and not enough,
            "CONFLICT": any(result != value.get("result_hash") for result in given.values())}
    code = next((code for checks in (reasons, late) for code, refused in checks.items() if refused), None)
    count = len(given if code else {*given, by})
    return {"code": code, "count": count, "quorum": quorum, "is_enough": code is None and enough}
