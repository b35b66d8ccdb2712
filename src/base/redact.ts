// Takes secrets out of what is written down. A result file is made to be shared and a report to be pasted into an issue,
// and the options of a run may hold a token. It goes by names, and by what values look like; what a secret was called
// stays, so that a reader knows what to give to repeat the run.

const REDACTED = 'redacted';

const SECRET_NAME =
  /token|secret|passw|authori[sz]ation|^auth$|cookie|credential|api[-_]?key|^key$|signature|^sig$|jwt/i;
/** The scheme of an Authorization header, a JSON web token, or one long word of letters and digits. */
const SECRET_VALUE =
  /^(?:bearer|basic|digest|token)\s+\S|^eyJ[\w-]+\.|^(?=[^a-z]*[a-z])(?=\D*\d)[\w+/=.~-]{32,}$/i;

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
  if (SECRET_VALUE.test(text)) return REDACTED;
  const header = /^([\w-]+)\s*:(?!\/\/)\s*(.*)$/s.exec(text);
  if (header !== null && isSecret(header[1]!, header[2]!)) return `${header[1]}: ${REDACTED}`;
  return text
    .replace(/(\/\/)[^/?#@\s]*@/g, `$1${REDACTED}@`)
    .replace(/(^|[?&])([^=?&#\s]+)=([^&#\s]+)/g, (all, mark, name, value) =>
      isSecret(name, value) ? `${mark}${name}=${REDACTED}` : all,
    )
    .replace(/"([^"]+)"\s*:\s*"((?:[^"\\]|\\.)+)"/g, (all, name, value) =>
      isSecret(name, value) ? `"${name}": "${REDACTED}"` : all,
    );
}

const isSecret = (name: string, value: string) => SECRET_NAME.test(name) || SECRET_VALUE.test(value);
