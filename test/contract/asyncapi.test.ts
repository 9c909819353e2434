import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { ASYNCAPI_FILE, asyncApiText } from '../../deploy/asyncapi.ts';
import { messages } from '../../schemas/index.ts';
import { type StageEntry, stages } from '../../stages/index.ts';

interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
}
interface Document {
  readonly channels: Readonly<Record<string, { readonly address: string }>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly messages: Readonly<
      Record<
        string,
        { readonly name: string; readonly headers: object; readonly examples: readonly Example[] }
      >
    >;
    readonly schemas: Readonly<Record<string, object>>;
  };
}
interface Example {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: unknown;
}

const text = await readFile(ASYNCAPI_FILE, 'utf8');
const document: Document = JSON.parse(text);

describe('asyncapi.json', () => {
  test('is what the messages and the stages declare (`node deploy/asyncapi.ts` makes it)', async () => {
    assert.equal(text, await asyncApiText());
  });

  test('is valid AsyncAPI 3.0, by the specification’s own schema', () => {
    // The schema brings its own copy of draft-07 and formats that a document can't break.
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false });
    const schema: object = specs.schemas['3.0.0'];
    const valid = ajv.compile(schema);
    assert.ok(valid(document), JSON.stringify(valid.errors));
    assert.ok(!valid({ ...document, channels: { look: { address: 5 } } }), 'the schema does refuse');
  });

  test('every reference leads somewhere', () => {
    const references = [...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(references.length > 50);
    for (const reference of references) {
      const target = reference
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      assert.notEqual(target, undefined, reference);
    }
  });

  test('has a channel and a message for every message of the bus', () => {
    const names = Object.values(document.components.messages).map(({ name }) => name);
    assert.deepEqual(names.sort(), messages.map(({ type }) => type).sort());
    assert.equal(Object.keys(document.channels).length, messages.length);
  });

  test('examples match the documented headers and payloads', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', components: { schemas: document.components.schemas } });
    for (const [name, { headers, examples }] of Object.entries(document.components.messages)) {
      for (const example of examples) {
        assert.ok(ajv.validate(inDocument(headers), example.headers), `${name}: ${ajv.errorsText()}`);
        const schema = document.components.schemas[name] ?? assert.fail(name);
        const body = example.payload ?? JSON.parse(example.headers['ce-facts'] ?? 'null');
        assert.ok(ajv.validate(schema, body), `${name}: ${ajv.errorsText()}`);
      }
    }
  });

  test('says of every stage what it takes, reads and gives', async () => {
    for (const [stage, { load }] of Object.entries<StageEntry>(stages)) {
      const { takes, reads, gives } = await load();
      const operations = Object.entries(document.operations).filter(([id]) => id.startsWith(`${stage}_`));
      const documented = (verb: string, action: string) =>
        operations
          .filter(([id, operation]) => id.startsWith(`${stage}_${verb}_`) && operation.action === action)
          .map(([, { channel }]) => document.channels[channel.$ref.split('/')[2] ?? '']?.address)
          .sort();
      const addresses = (channels: readonly { readonly subject: string }[]) =>
        channels.map(({ subject }) => subject).sort();
      assert.deepEqual(documented('takes', 'receive'), addresses(takes.map(({ type }) => type)), stage);
      assert.deepEqual(documented('reads', 'receive'), addresses(reads), stage);
      const dead = { subject: 'dead.{stage}.{subject}' };
      assert.deepEqual(documented('gives', 'send'), addresses([...gives, dead]), stage);
    }
  });
});

/** A schema of the document, with its references made to lead into it. */
function inDocument(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'));
}
