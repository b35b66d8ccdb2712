// Configurations of proxies in front of the lab's server.

import { addresses } from '../../support/path.ts';

const app = `${addresses.server}:8080`;

/** A server of nginx on port 8080: `settings` go into its location, `serverSettings` beside it. */
export function nginx(settings: string, serverSettings = '', listen = ''): string {
  return `
  server {
    listen 8080 ${listen};
    listen [::]:8080 ${listen};
    ${serverSettings}
    location / {
      proxy_pass http://${app};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      ${settings}
    }
  }`;
}

export interface HaproxyTimeouts {
  readonly client: string;
  readonly server: string;
}

/** HAProxy on port 8080; `frontend` is added to its front. */
export function haproxy({ client, server }: HaproxyTimeouts, frontend = '', bind = ''): string {
  return `
defaults
  mode http
  timeout connect 5s
  timeout client ${client}
  timeout server ${server}
frontend in
  bind :8080 ${bind}
  ${frontend}
  default_backend app
backend app
  server app ${app}
`;
}
