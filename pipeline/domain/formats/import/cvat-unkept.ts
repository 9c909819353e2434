/** What a file of CVAT says and we have no place for. */
import { cvatShapes, hasOutline } from './cvat-shape.ts';
import { attributesOf } from './cvat-track.ts';
import { saysEmpty } from './source.ts';
import { Unkept, type UnkeptCounts } from './unkept.ts';
import { attribute, children, type Element } from './xml-file.ts';

const childNames = ['#', 'attribute', 'tag', ...cvatShapes];

/** What is used, or said by what is; `#` is the space between elements. */
const used = {
  root: new Set(['#', 'version', 'meta', 'track', 'image']),
  parent: new Set([
    ...childNames,
    ...['@id', '@name', '@label', '@source', '@width', '@height', '@subset', '@task_id'],
  ]),
  shape: new Set([
    ...['#', 'attribute', '@label', '@source', '@frame', '@outside', '@keyframe', '@z_order', '@rotation'],
    ...['@xtl', '@ytl', '@xbr', '@ybr', '@points', '@cx', '@cy', '@rx', '@ry', '@rle', '@id'],
    ...['@left', '@top', '@width', '@height'],
    ...['tl', 'bl', 'tr', 'br'].flatMap((corner) =>
      [1, 2].flatMap((n) => [`@x${corner}${n}`, `@y${corner}${n}`]),
    ),
  ]),
  /** What we write ourselves. */
  attribute: new Set(['track', 'cause', 'review', 'score']),
};

export function cvatUnkept(root: Element): UnkeptCounts {
  const unkept = new Unkept();
  unkept.rest(root, used.root);
  for (const parent of [...children(root, 'track'), ...children(root, 'image')]) {
    unkept.rest(parent, used.parent);
    unkept.rest(Object.fromEntries(attributesOf(parent)), used.attribute);
    const shapes = cvatShapes.flatMap((shape) =>
      children(parent, shape).map((element) => ({ shape, element })),
    );
    for (const { shape, element } of shapes) {
      unkept.rest(element, used.shape);
      unkept.rest(Object.fromEntries(attributesOf(element)), used.attribute);
      if (shape !== 'box' && hasOutline(shape)) unkept.add('outlines');
    }
    for (const tag of children(parent, 'tag')) {
      const label = attribute(tag, 'label') ?? '';
      if (shapes.length > 0 && !saysEmpty(label)) unkept.add(`tag ${label}`);
      unkept.rest(Object.fromEntries(attributesOf(tag)), used.attribute);
    }
  }
  return unkept.counts;
}
