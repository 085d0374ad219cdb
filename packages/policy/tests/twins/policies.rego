package wcp

import rego.v1

default decision := {"decision": "DENY", "reason": "none"}

decision := {"decision": "DENY", "reason": "forbidden"} if {
	forbidden
} else := {"decision": "REQUIRE_HUMAN", "reason": "high-risk", "supervisor_level": "executor"} if {
	human
} else := {"decision": "ALLOW", "reason": "permitted"} if {
	permitted
}

permitted if {
	input.tenant_id in {"acme", "beta"}
	input.env == "dev"
	input.blast_score <= 12
}

permitted if {
	input.tenant_id == "acme"
	input.capability_id == "cap.doc.summarize"
	input.privilege_context.purpose == "audit"
}

human if {
	input.capability_id == "cap.doc.summarize"
	input.risk_tier == "high"
	input.tenant_risk == "low"
}

forbidden if {
	input.authority != "org.example"
	input.env != "dev"
}

forbidden if input.blast_score > 20

forbidden if {
	input.data_label == "RESTRICTED"
	input.qos_class == "P0"
}
