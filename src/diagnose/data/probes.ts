// Health checks: a class of traffic of their own, never a finding.

export const probeAgents: readonly RegExp[] = [
  /^kube-probe\//i,
  /^ELB-HealthChecker\//i,
  /^GoogleHC\//i,
  /^Envoy\/HC\b/i,
  /^Amazon-Route53-Health-Check-Service/i,
  /^HAProxy-health/i,
];
