import { createServer } from 'node:http';
import { type Authorize, createHub } from 'holdfast';

// Who a token belongs to comes from your own table or token library.
const users = new Map([['s3cret', { name: 'ada', untilMs: Date.now() + 3_600_000 }]]);

const authorize: Authorize = ({ headers, query }) => {
  // EventSource cannot send headers of its own: browsers bring a cookie or a parameter, programs a header.
  const token = headers.authorization?.replace('Bearer ', '') ?? query.get('token') ?? '';
  const user = users.get(token);
  if (user === undefined) return { status: 401, detail: 'The token is missing or unknown' };
  return {
    publish: [`users/${user.name}/**`],
    subscribe: [`users/${user.name}/**`, 'news/*'],
    expiresAtMs: user.untilMs, // open streams end then, with the reason `expired`
  };
};

const hub = createHub({ authorize });
createServer(hub.handle).listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
