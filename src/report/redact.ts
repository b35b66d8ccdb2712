// Takes credentials out of what a report shows. A report is made to be pasted into an issue; a result file
// holds every option of the run, and the options of a run can hold a token.

const HIDDEN = '(hidden)';
const SECRET_NAME = /token|secret|passw|authori[sz]ation|cookie|credential|api[-_]?key/i;

/** An option's value as text, or `(hidden)` when its name says that it is a credential. */
export function optionText(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '' || value === false) return '';
  if (SECRET_NAME.test(name)) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => optionText(name, item)).join(', ');
  if (typeof value === 'object') {
    const parts = Object.entries(value).map(([key, inner]) => [key, optionText(key, inner)]);
    return parts
      .filter(([, text]) => text !== '')
      .map(([key, text]) => `${key}: ${text}`)
      .join(', ');
  }
  return withoutCredentials(String(value));
}

/** Headers (`Authorization: ...`), user names and passwords in a URL, and query parameters such as `access_token`. */
export function withoutCredentials(text: string): string {
  const header = /^([\w-]+)\s*:(?!\/\/)/.exec(text);
  if (header !== null && SECRET_NAME.test(header[1]!)) return `${header[1]}: ${HIDDEN}`;
  return text
    .replace(/(\/\/)[^/?#@\s]*@/g, `$1${HIDDEN}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s]+)/g, (all, mark, name) =>
      SECRET_NAME.test(name) ? `${mark}${name}=${HIDDEN}` : all,
    );
}
