// After how many requests a server ends a connection. Raise `version` with every change.

export interface RequestLimit {
  readonly hop: string;
  readonly hopName: string;
  readonly setting: string;
  readonly requests: number;
  readonly help: string;
  readonly verified: boolean;
  readonly source: string;
}

export const requestLimitVersion = '2026-11-25';

export const requestLimits: readonly RequestLimit[] = [
  {
    hop: 'nginx',
    hopName: 'nginx',
    setting: 'keepalive_requests',
    requests: 1000,
    help: 'nginx: keepalive_requests 100000;',
    verified: false,
    source: 'nginx ngx_http_core_module (1000 since 1.19.10)',
  },
  {
    hop: 'nginx',
    hopName: 'nginx before 1.19.10',
    setting: 'http2_max_requests or keepalive_requests',
    requests: 100,
    help: 'nginx: keepalive_requests 100000;',
    verified: false,
    source: 'nginx change log',
  },
  {
    hop: 'aws-alb',
    hopName: 'AWS Application Load Balancer',
    setting: 'requests on an HTTP/2 connection (fixed)',
    requests: 10_000,
    help: 'none needed beyond clients that reconnect',
    verified: false,
    source: 'AWS Elastic Load Balancing guide',
  },
];

/** Stream ids of clients are odd: 1, 3, 5. */
export const requestsUpTo = (lastStreamId: number): number => (lastStreamId + 1) / 2;
