/** HTML by tagged templates: every value put in is escaped, unless it is markup itself. */
import { raw, html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString;

/** Values may be text, numbers, other {@link Html}, lists of these, and null or false for nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  // The template is a promise only where one was put in, and `Value` has none.
  return template(strings, ...values) as Html;
}

export type Value = string | number | null | undefined | false | Html | readonly Value[];

/** Markup that comes from a library (a chart's SVG) or is written here (a style sheet): never a user's text. */
export function trusted(markup: string): Html {
  return raw(markup);
}
