# The same policies as in main.cedar. Build them with:
#   opa build -t wasm -e wcp/decision -o bundle.tar.gz main.rego
package wcp

import rego.v1

# Forbidding comes first, then a human, then permitting; what nothing permits is denied.
default decision := {"decision": "DENY", "reason": "No policy permits this."}

decision := {"decision": "DENY", "reason": concat(" ", sort(forbidden))} if {
	count(forbidden) > 0
} else := {"decision": "REQUIRE_HUMAN", "reason": concat(" ", sort(human)), "supervisor_level": "gatekeeper"} if {
	count(human) > 0
} else := {"decision": "ALLOW", "reason": concat(" ", sort(permitted))} if {
	count(permitted) > 0
}

# What the example tenant may have done without a human.
permitted contains "The example may greet in dev." if {
	input.tenant_id == "agent.example"
	input.capability_id == "cap.hello.greet"
	input.env == "dev"
	input.risk_tier == "low"
}

# A human looks at names from inside the organisation first.
human contains "Names from inside the organisation." if {
	input.capability_id == "cap.hello.greet"
	input.data_label == "INTERNAL"
}

# Whatever else is permitted, and by whomever.
forbidden contains "Restricted data goes to no worker." if input.data_label == "RESTRICTED"
