/** XML that other tools wrote. */
import { XMLParser } from 'fast-xml-parser';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { fields, items, numberIn, textIn } from '../json.ts';
import { readText } from '../text.ts';

/** An element: attributes begin with `@`, its text is `#`, its children are lists by name. */
export type Element = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  alwaysCreateTextNode: true,
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/** The root element of a name. @throws UsageError where the file can't be read, or is no such XML */
export async function readXml(path: string, root: string): Promise<Element> {
  try {
    const [element] = items(fields(parser.parse(await readText(path), true))[root]);
    if (element !== undefined) return fields(element);
  } catch (error) {
    throw new UsageError(`${path} can't be read`, {
      found: reasonOf(error),
      expected: 'an XML file',
      cause: error,
    });
  }
  throw new UsageError(`${path} is no such XML`, { found: 'another root element', expected: `<${root}>` });
}

/** What the root element is called; undefined where it is no XML. */
export async function rootOf(path: string): Promise<string | undefined> {
  const text = await readText(path).catch(() => '');
  return /^\s*(?:<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>|\s)*<([\w-]+)/.exec(text)?.[1];
}

/** An element's children of a name. */
export function children(element: Element | undefined, name: string): Element[] {
  return items(element?.[name]).map(fields);
}

/** The first child on a path of names. */
export function childAt(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce((at: Element | undefined, name) => children(at, name)[0], element);
}

/** The text of the first child on a path. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | undefined {
  return textIn(childAt(element, ...path)?.['#']);
}

/** The number of the first child on a path. */
export function numberAt(element: Element | undefined, ...path: readonly string[]): number | undefined {
  return numberIn(textAt(element, ...path));
}

/** An attribute. */
export function attribute(element: Element, name: string): string | undefined {
  return textIn(element[`@${name}`]);
}

/** An attribute that is a number. */
export function numericAttribute(element: Element, name: string): number | undefined {
  return numberIn(element[`@${name}`]);
}
