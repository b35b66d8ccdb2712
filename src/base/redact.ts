// Takes secrets out of what is written down. A result file is made to be shared and a report to be pasted into an issue,
// and the options of a run may hold a token. It goes by names, and by what values look like; what a secret was called
// stays, so that a reader knows what to give to repeat the run.

const REDACTED = 'redacted';

const SECRET_NAME =
  /token|secret|passw|authori[sz]ation|authentication|cookie|credential|session|csrf|bearer|signature|jwt|(?:api|access|private)key|(?:^|[-_])(?:auth|key|sig|sid|pwd)(?:[-_]|$)/i;
/** The scheme of an Authorization header, a JSON web token, or a UUID. */
const SECRET_FORM =
  /^(?:bearer|basic|digest|token)\s+\S|^eyJ[\w-]+\.|^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
/** One long word of letters and digits. Without `/` and `.`: long topics and file names have these. */
const LONG_WORD = /^(?=[^a-z]*[a-z])(?=\D*\d)[\w+=~-]{32,}$/i;
/** Base64 has `/` as well, but then letters of both cases and digits. */
const BASE64 = /^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[\w+/]{32,}={0,2}$/;

/** A copy of plain data without secrets, whatever holds them: fields, `[name, value]` pairs, texts. */
export function redact(value: unknown, name = ''): unknown {
  if (value === undefined || value === null || value === '' || typeof value === 'boolean') return value;
  if (SECRET_NAME.test(name)) return REDACTED;
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) {
    const [first, second] = value;
    // A header; two whole header lines are none.
    const isPair = value.length === 2 && typeof second === 'string' && /^[\w-]+$/.test(String(first));
    return isPair ? [first, redact(second, first)] : value.map((item) => redact(item));
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner, key)]));
}

/** A header line, a URL with its user and its query, a form or a JSON body; anything else as it is. */
export function redactText(text: string): string {
  if (looksSecret(text)) return REDACTED;
  const header = /^([\w-]+)\s*:(?!\/\/)\s*(.*)$/s.exec(text);
  if (header !== null && isSecret(header[1]!, header[2]!)) return `${header[1]}: ${REDACTED}`;
  return (
    text
      // Up to the last @, as URLs are read: a password may hold one.
      .replace(/(\/\/)[^/?#\s]*@/g, `$1${REDACTED}@`)
      .replace(/(^|[?&;#])([^=?&;#\s]+)=([^&;#\s]+)/g, (all, mark, name, value) =>
        isSecret(name, value) ? `${mark}${name}=${REDACTED}` : all,
      )
      .replace(/"([^"]+)"\s*:\s*("(?:[^"\\]|\\.)+"|[\d.]+)/g, (all, name, value) =>
        isSecret(name, value.replaceAll('"', '')) ? `"${name}": "${REDACTED}"` : all,
      )
  );
}

const isSecret = (name: string, value: string) =>
  SECRET_NAME.test(decoded(name)) || looksSecret(decoded(value));

const looksSecret = (text: string) => [SECRET_FORM, LONG_WORD, BASE64].some((form) => form.test(text));

/** Byte by byte: what is no valid escape must not throw here. */
function decoded(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}
