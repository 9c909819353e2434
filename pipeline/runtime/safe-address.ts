/**
 * Addresses as they may be shown. What a camera or a server wants to know of its users stands anywhere in an address
 * (before the host, in the path, in the query), and is never told apart for sure: scheme, host and port are shown, the
 * rest is not.
 */

const address =
  /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/?#]*@)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?((?:[/?#][^@]*)?)$/i;

/**
 * An address, right or mistyped, as names, logs and errors may have it: `rtsp://10.0.0.5:554/…`. Where a password with
 * an `@` or a slash leaves it open which part is the host, nothing but the scheme is shown.
 */
export function safeAddress(text: string): string {
  const [, scheme, host, port = '', rest = ''] = address.exec(text.trim()) ?? [];
  if (host !== undefined) return `${scheme}://${host}${port}${rest.length > 1 ? '/…' : rest}`;
  const [, mistyped] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text.trim()) ?? [];
  return mistyped === undefined ? '(an address that is not shown)' : `${mistyped}://…`;
}

/** Any address in a text; a bracket or a full stop behind it is the sentence's. */
const anyAddress = /\b[a-z][a-z0-9+.-]*:\/+[^\s"'`<>\\]+/gi;
/** Of pages and files, which people must be able to follow, without user and query; and the example of what is expected. */
const harmless = /^(?:(?:https?|file|node):\/+[^@?=&]*|[a-z]+:\/\/HOST\/PATH)$/;
const userAndPassword = /[^\s"'`<>\\]*:[^\s"'`<>\\]*@[^\s"'`<>\\]+/g;
const namedSecret = /\b(pass(?:word|wd)?|pwd|token|secret|api[-_]?key|access[-_]?key)=[^\s"'`<>\\]+/gi;

/**
 * A text without the secrets of addresses in it: the second net, for what others wrote (an error's message, a line of a
 * log). Who has an address in hand shows {@link safeAddress}.
 */
export function hideSecrets(text: string): string {
  if (!/[@=]|:\//.test(text)) return text;
  return text
    .replace(anyAddress, (found) => {
      const [, body = found, end = ''] = /^(.*?)([)\].,;:]*)$/.exec(found) ?? [];
      return harmless.test(body) ? found : safeAddress(body) + end;
    })
    .replace(userAndPassword, '(an address that is not shown)')
    .replace(namedSecret, '$1=[hidden]');
}
