// Timers that end streams, hop by hop: what is known about software and services that people run in between.
// Data, not code: a rule asks `matchTimers` and never holds a number of its own. Raise `version` with every change.

export interface TimerRow {
  readonly id: string;
  /** An id of data/hops.ts, or a service that leaves no trace in headers. */
  readonly hop: string;
  readonly hopName: string;
  readonly setting: string;
  readonly valueMs: number;
  /** `idle`: between bytes (l7: payload only, l4: any packet). `total`: the whole response. `before-head`: until the response head. `reuse`: between requests. */
  readonly measures: 'idle' | 'total' | 'before-head' | 'reuse';
  /** How it ends a stream: `silent` forgets the flow, `reset-both` resets both ends, `close` is a FIN, `stream` an RST_STREAM or close, `clean` looks like a regular end. */
  readonly ends: 'silent' | 'reset-both' | 'close' | 'stream' | 'clean';
  /** It can fire as late as this after its value, since it is looked at in rounds. */
  readonly sweepMs: number;
  readonly help: string;
  /** The source's text was read for this table; false: common knowledge, to be checked. */
  readonly verified: boolean;
  readonly source: string;
}

/** A timer never fires early, but the value can be read elsewhere than where it runs: 2 % to either side, and 1 s late. */
const timerTolerance = { share: 0.02, lateMs: 1000 } as const;

export const timerTableVersion = '2026-11-25';

const s = 1000;
const min = 60_000;

const row = (
  [id, hop, hopName, setting, valueMs]: readonly [string, string, string, string, number],
  [measures, ends, sweepMs]: readonly [TimerRow['measures'], TimerRow['ends'], number],
  help: string,
  verified: boolean,
  source: string,
): TimerRow => ({ id, hop, hopName, setting, valueMs, measures, ends, sweepMs, help, verified, source });

export const timerRows: readonly TimerRow[] = [
  row(
    ['nginx.proxy_read_timeout', 'nginx', 'nginx', 'proxy_read_timeout', 60 * s],
    ['idle', 'close', 0],
    'nginx: proxy_read_timeout 3600s; (it counts between two reads, not in total)',
    true,
    'nginx ngx_http_proxy_module',
  ),
  row(
    ['ingress-nginx.proxy-read-timeout', 'nginx', 'ingress-nginx', 'proxy-read-timeout', 60 * s],
    ['idle', 'close', 0],
    'ingress-nginx: annotation nginx.ingress.kubernetes.io/proxy-read-timeout: "3600" (a number of seconds)',
    true,
    'ingress-nginx internal/ingress/controller/config/config.go',
  ),
  row(
    ['haproxy.timeout-server', 'haproxy', 'HAProxy', 'timeout server / timeout client', 50 * s],
    ['idle', 'close', 0],
    'HAProxy: timeout server 1h and timeout client 1h (timeout tunnel does not cover an event stream)',
    false,
    'HAProxy configuration manual; 50 s is the habit of ingress charts, HAProxy itself has no default',
  ),
  row(
    ['alb.idle_timeout', 'aws-alb', 'AWS Application Load Balancer', 'idle_timeout.timeout_seconds', 60 * s],
    ['idle', 'close', 0],
    'AWS ALB: attribute idle_timeout.timeout_seconds=4000; HTTP/2 PING and TCP keepalive do not count, payload does',
    true,
    'AWS Elastic Load Balancing guide',
  ),
  row(
    ['clb.idle_timeout', 'aws-clb', 'AWS Classic Load Balancer', 'ConnectionSettings.IdleTimeout', 60 * s],
    ['idle', 'close', 0],
    'AWS CLB: annotation service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout',
    true,
    'AWS Elastic Load Balancing guide',
  ),
  row(
    ['kong.read_timeout', 'kong', 'Kong', 'read_timeout', 60 * s],
    ['idle', 'close', 0],
    'Kong: read_timeout of the service, or annotation konghq.com/read-timeout: "3600000" (ms)',
    true,
    'Kong gateway documentation',
  ),
  row(
    ['cloudflare.read', 'cloudflare', 'Cloudflare', 'proxy read timeout', 120 * s],
    ['idle', 'close', 0],
    'Cloudflare: a heartbeat well below 100 s; only Enterprise can raise the limit',
    true,
    'Cloudflare connection limits (100 s in documents of 2025)',
  ),
  row(
    ['cloudflare.read-2025', 'cloudflare', 'Cloudflare', 'proxy read timeout', 100 * s],
    ['idle', 'close', 0],
    'Cloudflare: a heartbeat well below 100 s; only Enterprise can raise the limit',
    true,
    'Cloudflare connection limits, documents of 2025',
  ),
  row(
    ['cloudfront.origin-read', 'cloudfront', 'CloudFront', 'OriginReadTimeout', 30 * s],
    ['idle', 'close', 0],
    'CloudFront: raise the origin response timeout (up to 120 s), or a heartbeat below 30 s',
    true,
    'CloudFront API reference',
  ),
  row(
    ['fastly.between_bytes', 'fastly', 'Fastly', 'between_bytes_timeout', 10 * s],
    ['idle', 'clean', 0],
    'Fastly: raise between_bytes_timeout of the backend, or a heartbeat below 10 s',
    false,
    'Fastly backend reference',
  ),
  row(
    ['fastly.shield', 'fastly', 'Fastly', 'between_bytes_timeout between its nodes (fixed)', 60 * s],
    ['idle', 'clean', 0],
    'Fastly: a heartbeat below 60 s; the limit between its own nodes cannot be changed',
    false,
    'Fastly VCL reference',
  ),
  row(
    [
      'azure-app-gateway.request',
      'azure-app-gateway',
      'Azure Application Gateway',
      'request timeout',
      20 * s,
    ],
    ['idle', 'close', 0],
    'Azure Application Gateway: request timeout above the gap between events, and response buffering off',
    true,
    'Azure Application Gateway, Server-Sent Events (20 or 30 s)',
  ),
  row(
    ['azure-app-service', 'azure-app-service', 'Azure App Service', 'ingress idle timeout (fixed)', 230 * s],
    ['idle', 'close', 0],
    'Azure App Service: a heartbeat every 30 s',
    true,
    'Azure documentation (draft)',
  ),
  row(
    [
      'envoy.stream_idle',
      'envoy',
      'Envoy',
      'stream_idle_timeout (listener) or idle_timeout (route)',
      5 * min,
    ],
    ['idle', 'stream', 0],
    'Envoy: stream_idle_timeout: 0s on the listener and idle_timeout: 0s on the route (one detail stands for both)',
    true,
    'Envoy HTTP connection manager',
  ),
  row(
    ['contour.connection-idle', 'envoy', 'Contour', 'connection-idle-timeout', 60 * s],
    ['reuse', 'close', 0],
    'Contour: connection-idle-timeout counts only connections without a request',
    true,
    'Contour configuration',
  ),
  row(
    ['nlb.idle', 'aws-nlb', 'AWS Network Load Balancer', 'tcp.idle_timeout.seconds', 350 * s],
    ['idle', 'silent', 0],
    'AWS NLB: listener attribute tcp.idle_timeout.seconds=6000 (TLS listeners: fixed), or a heartbeat or TCP keepalive below 350 s',
    true,
    'AWS Network Load Balancer guide',
  ),
  row(
    ['nat-gateway.idle', 'aws-nat-gateway', 'AWS NAT gateway', 'idle timeout (fixed)', 350 * s],
    ['idle', 'silent', 0],
    'AWS NAT gateway: a heartbeat or TCP keepalive below 350 s',
    false,
    'AWS NAT gateway guide',
  ),
  row(
    ['azure-lb.idle', 'azure-lb', 'Azure Load Balancer', 'idleTimeoutInMinutes', 4 * min],
    ['idle', 'reset-both', 15 * s],
    'Azure LB: idleTimeoutInMinutes up to 30, annotation service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout, or a heartbeat below 240 s',
    true,
    'Azure Load Balancer documentation',
  ),
  row(
    [
      'azure-lb.idle-silent',
      'azure-lb',
      'Azure Load Balancer without TCP reset',
      'idleTimeoutInMinutes',
      4 * min,
    ],
    ['idle', 'silent', 15 * s],
    'Azure LB: turn TCP reset on, raise idleTimeoutInMinutes, or a heartbeat below 240 s',
    true,
    'Azure Load Balancer documentation',
  ),
  row(
    ['gcp.vpc', 'gcp-vpc', 'GCP network', 'connection tracking (fixed)', 10 * min],
    ['idle', 'silent', 0],
    'GCP: a heartbeat or TCP keepalive below 600 s',
    false,
    'GCP VPC firewall documentation',
  ),
  row(
    ['ipvs.tcp', 'ipvs', 'IPVS (kube-proxy)', 'TCP timeout', 15 * min],
    ['idle', 'silent', 60 * s],
    'IPVS: ipvsadm --set or kube-proxy ipvs.tcpTimeout, or TCP keepalive below 900 s',
    false,
    'IPVS manual',
  ),
  row(
    ['cilium.ct', 'cilium', 'Cilium', 'bpf-ct-timeout-regular-tcp', 8000 * s],
    ['idle', 'silent', 60 * s],
    'Cilium: bpf-ct-timeout-regular-tcp, or any heartbeat',
    false,
    'Cilium documentation',
  ),
  row(
    ['netscaler.idle', 'netscaler', 'NetScaler', 'idle time-out of the service', 6 * min],
    ['idle', 'reset-both', 15 * s],
    'NetScaler: idle time-out (cltTimeout, svrTimeout) of virtual server and service',
    false,
    'NetScaler documentation',
  ),
  row(
    ['envoy.route', 'envoy', 'Envoy', 'route timeout', 15 * s],
    ['total', 'stream', 0],
    'Envoy: timeout: 0s on the route (Contour: timeoutPolicy.response: infinity; Envoy Gateway and HTTPRoute: timeouts.request: "0s")',
    true,
    'Envoy FAQ on timeouts',
  ),
  row(
    ['gcp.timeoutSec', 'gcp-lb', 'GCP application load balancer', 'backend service timeoutSec', 30 * s],
    ['total', 'close', 0],
    'GCP: timeoutSec: 86400 in GCPBackendPolicy or BackendConfig; streams still have to reconnect',
    true,
    'GCP load balancing documentation',
  ),
  row(
    ['context.timeout', 'application', 'application', 'a deadline of 5 min in the handler', 5 * min],
    ['total', 'close', 0],
    'application: no deadline around the handler of a stream',
    false,
    'common code, for example context.WithTimeout',
  ),
  row(
    ['envoy.route-head', 'envoy', 'Envoy', 'route timeout', 15 * s],
    ['before-head', 'close', 0],
    'Envoy: timeout: 0s on the route, and send the head at once',
    true,
    'Envoy FAQ on timeouts',
  ),
  row(
    ['nginx.read-head', 'nginx', 'nginx', 'proxy_read_timeout', 60 * s],
    ['before-head', 'close', 0],
    'nginx: send the head at once, or raise proxy_read_timeout',
    true,
    'nginx ngx_http_proxy_module',
  ),
  row(
    ['fastly.first_byte', 'fastly', 'Fastly', 'first_byte_timeout', 15 * s],
    ['before-head', 'close', 0],
    'Fastly: send the head at once, or raise first_byte_timeout',
    true,
    'Fastly backend reference',
  ),
  row(
    ['cloudfront.head', 'cloudfront', 'CloudFront', 'OriginReadTimeout', 30 * s],
    ['before-head', 'close', 0],
    'CloudFront: send the head at once, or raise the origin response timeout',
    true,
    'CloudFront API reference',
  ),
  row(
    ['node.keepAliveTimeout', 'node', 'Node.js', 'keepAliveTimeout', 5 * s],
    ['reuse', 'close', 1 * s],
    'Node.js: server.keepAliveTimeout above the idle timeout of what stands before it (75 s for 60 s; GCP: 620 s)',
    true,
    'Node.js http documentation (65 s from 2026 on)',
  ),
  row(
    ['nginx.keepalive_timeout', 'nginx', 'nginx', 'keepalive_timeout', 75 * s],
    ['reuse', 'close', 0],
    'nginx: keepalive_timeout above the idle timeout of what stands before it',
    false,
    'nginx ngx_http_core_module',
  ),
];

/** The rows that a time fits: not earlier than tolerance allows, not later than tolerance and sweep allow. */
export function matchTimers(ms: number, measures: TimerRow['measures']): TimerRow[] {
  return timerRows.filter(({ measures: what, valueMs, sweepMs }) => {
    const early = valueMs * (1 - timerTolerance.share);
    const late = valueMs * (1 + timerTolerance.share) + timerTolerance.lateMs + sweepMs;
    return what === measures && ms >= early && ms <= late;
  });
}

/** What a recognised hop has that measures this, whatever value it is set to. */
export function timersOfHop(hop: string, measures: TimerRow['measures']): TimerRow[] {
  return timerRows.filter((candidate) => candidate.hop === hop && candidate.measures === measures);
}
