/** XML as the annotation tools write it: indented, attributes under keys that start with `@`. */
import Builder from 'fast-xml-builder';

const builder = new Builder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  format: true,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/** @param tree one root element; `@name` is an attribute, `#` the text, a list repeats its element */
export function xml(tree: Readonly<Record<string, unknown>>): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${builder.build(tree)}`;
}
