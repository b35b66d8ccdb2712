// The client of the package behind the face of the EventSources, in Node.js and in a page, so that it goes through what
// they go through. In a page it is the built one, loaded as a browser loads it: module by module.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { type FollowItem, follow } from '../../src/client/index.ts';
import { CONTROL_TYPE } from '../../src/wire/index.ts';
import type { Arrival, EventSourceClient } from './event-source-client.ts';

const dist = new URL('../../dist/', import.meta.url);

export function followInNode(url: string): EventSourceClient {
  const follower = follow(url);
  const items: FollowItem[] = [];
  const done = (async () => {
    for await (const item of follower) items.push(item);
  })();
  return {
    arrivals: async () => arrivalsOf(items),
    opened: async () => openedOf(items),
    close: async () => {
      follower.close();
      await done;
    },
  };
}

/** @param page one that was loaded from the origin of `url` */
export async function followInPage(t: TestContext, page: Page, url: string): Promise<EventSourceClient> {
  const modules = await serveModules(t);
  const client = await page.evaluateHandle(
    async ({ moduleUrl, streamUrl }) => {
      const { follow } = (await import(moduleUrl)) as typeof import('../../src/client/index.ts');
      const follower = follow(streamUrl);
      const items: FollowItem[] = [];
      void (async () => {
        for await (const item of follower) items.push(item);
      })();
      return { follower, items };
    },
    { moduleUrl: `${modules}client/index.js`, streamUrl: url },
  );
  const items = () => client.evaluate((followed) => followed.items);
  return {
    arrivals: async () => arrivalsOf(await items()),
    opened: async () => openedOf(await items()),
    close: () => client.evaluate(({ follower }) => follower.close()),
  };
}

function arrivalsOf(items: readonly FollowItem[]): Arrival[] {
  return items.flatMap((item): Arrival[] => {
    switch (item.kind) {
      case 'event':
        return [{ type: item.type, data: item.data, id: item.id }];
      case 'resumed':
      case 'gap':
      case 'end':
        return [{ type: CONTROL_TYPE, data: JSON.stringify(item), id: item.id }];
      default:
        return [];
    }
  });
}

function openedOf(items: readonly FollowItem[]): number {
  return items.filter(({ kind }) => kind === 'open').length;
}

/** Serves dist/ to pages of every origin. */
async function serveModules(t: TestContext): Promise<string> {
  const server = createServer((req, res) => {
    const file = new URL(`.${req.url}`, dist);
    if (!existsSync(file)) return void res.writeHead(404).end();
    res.setHeader('content-type', 'text/javascript').setHeader('access-control-allow-origin', '*');
    res.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
