/** Every configuration key in a Markdown table: its variable, what it may hold, its default and what it means. */
import { allowed, keySchema } from './allowed.ts';
import { type Sections, variableOf } from './config.ts';

const HEAD = ['key', 'variable', 'may be', 'default', 'meaning'];

/** One table for all sections; keys are `section.key`. */
export function keyTable(sections: Sections): string {
  const rows = Object.entries(sections).flatMap(([section, { properties }]) =>
    Object.entries(properties).map(([key, schema]) => {
      const { default: value, description = '' } = keySchema(schema);
      const variable = section === 'bus' && key === 'url' ? 'NATS_URL' : variableOf(section, key);
      const fallback = value === '' ? '(empty)' : `\`${value}\``;
      return [`\`${section}.${key}\``, `\`${variable}\``, allowed(schema), fallback, description];
    }),
  );
  return [HEAD, HEAD.map(() => '---'), ...rows].map(line).join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
