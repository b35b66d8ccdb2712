// The form of publishing: Holdfast's own, many events in one NDJSON request, or a template for a server that is not
// ours, one event a request. Pure.

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { HoldfastError } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest-name.ts';
import { shorten } from '../../base/options.ts';
import type { PublishTemplate } from './messages.ts';
import { PAYLOAD_PLACEHOLDER } from './topics.ts';

const FIELDS = ['method', 'url', 'headers', 'body'];

/** The form of `POST /publish` of a Holdfast hub. */
export function holdfastTemplate(url: string, headers: Readonly<Record<string, string>>): PublishTemplate {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    isBatched: true,
    body: '',
  };
}

/**
 * Reads `{"method", "url", "headers", "body"}`; `{topic}` and `{payload}` in url and body stand for the event's.
 *
 * @param common - headers that the template's own are added to.
 * @throws HoldfastError ERR_USAGE that says which part is wrong.
 */
export function parsePublishTemplate(
  text: string,
  common: Readonly<Record<string, string>> = {},
): PublishTemplate {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw unusable(`is not JSON: ${shorten((cause as Error).message)}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw unusable('is no JSON object');
  for (const name of Object.keys(given)) {
    if (!FIELDS.includes(name)) throw unusable(`has the unknown field ${name}.${didYouMean(name, FIELDS)}`);
  }
  const { method = 'POST', url, headers = {}, body = PAYLOAD_PLACEHOLDER } = given as Record<string, unknown>;
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:/.test(url)) {
    throw unusable('needs a `url` that begins with http: or https:');
  }
  // A run has one address, and its connections are shared by topics.
  if (URL.parse(url)!.host.includes('{')) throw unusable('has a placeholder in the host of its `url`');
  if (typeof method !== 'string' || !/^[A-Z]+$/.test(method)) throw unusable('has a `method` that is none');
  // An answer to these ends otherwise than its head says.
  if (method === 'HEAD' || method === 'CONNECT')
    throw unusable(`has the \`method\` ${method}, which publishes nothing`);
  if (typeof body !== 'string') throw unusable('has a `body` that is no text');
  if (!(url + body).includes(PAYLOAD_PLACEHOLDER)) throw unusable('has no {payload} in its body');
  if (!isHeaders(headers)) throw unusable('has `headers` that are no object of texts');
  return { method, url, headers: { ...common, ...headers }, isBatched: false, body };
}

function isHeaders(given: unknown): given is Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return Object.entries(given).every(([name, text]) => typeof text === 'string' && isHeader(name, text));
}

/** Whether Node can send it: found out before the run, not at each publish. */
function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function unusable(why: string): HoldfastError {
  return new HoldfastError(
    'ERR_USAGE',
    `The publish template ${why}`,
    'Write it as {"method": "POST", "url": "http://host/pub/{topic}", "headers": {}, "body": "{payload}"}',
  );
}
