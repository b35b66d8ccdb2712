// Headers that tell which software stands at one end of a connection. A `server` or `via` header can be passed on by a
// hop that adds none of its own, so a hop is `recognised` for naming its setting, never for proving who closed.

import type { Exchange, Side } from '../evidence.ts';

export interface Hop {
  readonly id: string;
  readonly name: string;
}

interface HopMark {
  readonly hop: string;
  readonly name: string;
  /** `server`: in a response, about who answered. `client`: in a request, about the proxy that forwards it. */
  readonly side: Side;
  readonly header: string;
  readonly pattern: RegExp;
  readonly verified: boolean;
}

const mark = (
  hop: string,
  name: string,
  side: Side,
  header: string,
  pattern: RegExp,
  verified = false,
): HopMark => ({
  hop,
  name,
  side,
  header,
  pattern,
  verified,
});

export const hopTableVersion = '2026-11-25';

/** The most telling first: an edge adds its mark to what the hop behind it wrote. */
const hopMarks: readonly HopMark[] = [
  mark('cloudflare', 'Cloudflare', 'server', 'cf-ray', /./),
  mark('cloudfront', 'CloudFront', 'server', 'x-amz-cf-id', /./),
  mark('fastly', 'Fastly', 'server', 'x-served-by', /^cache-/),
  mark('gcp-lb', 'GCP application load balancer', 'server', 'via', /\b1\.1 google\b/),
  mark(
    'azure-app-gateway',
    'Azure Application Gateway',
    'server',
    'server',
    /^Microsoft-Azure-Application-Gateway/i,
  ),
  mark('aws-alb', 'AWS Application Load Balancer', 'server', 'server', /^awselb\//i),
  mark('kong', 'Kong', 'server', 'via', /\bkong\b/i),
  mark('kong', 'Kong', 'server', 'x-kong-proxy-latency', /./),
  mark('envoy', 'Istio (Envoy)', 'server', 'server', /^istio-envoy$/i, true),
  mark('envoy', 'Envoy', 'server', 'server', /^envoy$/i, true),
  mark('envoy', 'Envoy', 'server', 'x-envoy-upstream-service-time', /./, true),
  mark('nginx', 'nginx', 'server', 'server', /^(nginx|openresty)\b/i, true),
  mark('caddy', 'Caddy', 'server', 'server', /^caddy\b/i),
  mark('caddy', 'Caddy', 'server', 'via', /\bcaddy\b/i),
  mark('haproxy', 'HAProxy', 'server', 'server', /^haproxy\b/i),
  mark('haproxy', 'HAProxy', 'server', 'via', /\bhaproxy\b/i),
  mark('traefik', 'Traefik', 'client', 'x-forwarded-server', /^traefik\b/i),
  mark('cloudflare', 'Cloudflare', 'client', 'cdn-loop', /\bcloudflare\b/i),
  mark('cloudflare', 'Cloudflare', 'client', 'cf-ray', /./),
  mark('cloudfront', 'CloudFront', 'client', 'user-agent', /^Amazon CloudFront$/),
  mark('fastly', 'Fastly', 'client', 'fastly-ff', /./),
  mark('gcp-lb', 'GCP application load balancer', 'client', 'via', /\b1\.1 google\b/),
  mark('envoy', 'Envoy', 'client', 'x-envoy-expected-rq-timeout-ms', /./, true),
  mark('envoy', 'Envoy', 'client', 'x-envoy-internal', /./),
  mark('aws-alb', 'AWS Application Load Balancer', 'client', 'x-amzn-trace-id', /./),
  mark('kong', 'Kong', 'client', 'via', /\bkong\b/i),
  mark('nginx', 'nginx', 'client', 'x-forwarded-scheme', /./),
];

/** The software at one end, where a header of the exchange names it. */
export function recogniseHop(exchange: Exchange | undefined, side: Side): Hop | undefined {
  const headers = side === 'server' ? exchange?.response?.headers : exchange?.request?.headers;
  if (headers === undefined) return undefined;
  const found = hopMarks.find((one) => one.side === side && one.pattern.test(headers[one.header] ?? ''));
  return found && { id: found.hop, name: found.name };
}

/** Any sign that the client side forwards for somebody else. */
export function isForwarded(exchange: Exchange | undefined): boolean {
  const headers = exchange?.request?.headers ?? {};
  return ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => headers[name] !== undefined);
}
